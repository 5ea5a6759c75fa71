"""Finding subjects by what anybody may type: the beginning of a pseudonymous id."""

from __future__ import annotations

from collections.abc import Sequence

from quell.registry.reading.cursor import reading

# Kinds that a bare number is tried as, the likeliest first.
_TRIED = ("person", "tube", "facility", "place", "zone", "vehicle")


def found(text: str, limit: int = 30) -> list[str]:
    """Subjects whose id begins so; "person:…" looks among people, a bare number among people, tubes, places, ….

    Equality and ranges on the primary key only: those stay fast and may stand under row policies.
    """
    prefixes = [text] if ":" in text else [f"{kind}:{text}" for kind in _TRIED]
    with reading() as cursor:
        matches: list[str] = []
        for prefix in prefixes:
            cursor.execute(
                """SELECT subject_id FROM registry.subject
                   WHERE subject_id >= %s AND subject_id < %s ORDER BY subject_id LIMIT %s""",
                (prefix, prefix + "\U0010ffff", limit),
            )
            matches.extend(subject for (subject,) in cursor)
    return matches[:limit]


def resolved(subjects: Sequence[str]) -> list[str]:
    """The ids to which these resolve now, each once: an identity may be kept under an id that was merged since."""
    with reading() as cursor:
        cursor.execute(
            "SELECT alias, subject_id FROM registry.alias WHERE alias = ANY (%s)", (list(subjects),)
        )
        present = dict(cursor.fetchall())
    return sorted({present.get(subject, subject) for subject in subjects})
