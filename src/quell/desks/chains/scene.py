"""What the registry says, as the columns of a scene, with labels in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from django.urls import reverse

from quell.catalogue import codes
from quell.catalogue.when import local_date
from quell.chainview.scene import Cases, Coded, Contacts, Links, Meta, Scene, days_since
from quell.desks.house.board import Board
from quell.registry.reading.chains import ChainCase, ChainContact, Chains
from quell.registry.reading.jurisdictions import names_of
from quell.registry.reading.outbreaks import Outbreak


def scene_of(board: Board, outbreak: Outbreak, found: Chains) -> Scene:
    """The scene of an outbreak as it stands on its own clock."""
    language = board.language
    cases, links = found
    places = {case.subject: index for index, case in enumerate(cases)}
    # A clock that stands at the end of a day stands at the midnight after it.
    as_of = local_date(board.now - timedelta(microseconds=1), outbreak.zone)
    known = [day for case in cases for day in (case.first, case.onset) if day is not None]
    origin = min(known, default=as_of)
    meta = Meta(
        outbreak=outbreak.outbreak_id.partition(":")[2],
        title=outbreak.named(language),
        origin=origin,
        as_of=as_of,
        zone=outbreak.zone,
        language=language,
        position=board.position,
        subject_url=reverse("subject", args=["person:{id}"]).replace(quote("{id}"), "{id}"),
        contacts_url=reverse("chains-contacts"),
        file_url=reverse("chains-file"),
    )

    def coded(list_name: str, values: Iterable[str]) -> Coded:
        return Coded.of(values, _labels(list_name, language))

    return Scene(
        meta=meta,
        cases=_cases(cases, origin, coded, _names(cases, language)),
        links=Links(
            source=[places[link.source] for link in links],
            target=[places[link.case] for link in links],
            kind=Coded.of((link.kind for link in links), {}),
            setting=coded("setting", (link.setting for link in links)),
            relation=coded("contact_relation", (link.relation for link in links)),
            certainty=coded("certainty", (link.certainty for link in links)),
            by=Coded.of((link.by for link in links), {}),
            first=days_since(origin, [link.first for link in links]),
            last=days_since(origin, [link.last for link in links]),
            said=days_since(origin, [link.said for link in links]),
        ),
    )


def contacts_of_all(found: Sequence[ChainContact], origin: date) -> Contacts:
    """Contacts who are no cases, counted by case and day (days since the origin of the scene)."""
    counted: dict[tuple[str, int | None], int] = {}
    for each in found:
        day = each.last or each.first or each.named
        key = (each.source, None if day is None else day.toordinal() - origin.toordinal())
        counted[key] = counted.get(key, 0) + 1
    keys = sorted(counted, key=lambda key: (key[0], key[1] is None, key[1] or 0))
    ids = sorted({source for source, _ in keys})
    places = {source: place for place, source in enumerate(ids)}
    return Contacts(
        [own_id(source) for source in ids],
        [places[source] for source, _ in keys],
        [day for _, day in keys],
        [counted[key] for key in keys],
    )


def contacts_of_one(found: Sequence[ChainContact], language: str) -> dict[str, object]:
    """The contacts of one case, a row a person."""
    return {
        "contacts": [
            {
                "id": own_id(each.contact),
                "kind": codes.label("conclusion", each.kind, language),
                "day": None if (day := each.last or each.first) is None else day.isoformat(),
                "case": each.case,
            }
            for each in found
        ]
    }


def own_id(subject: str) -> str:
    """The id without the kind of subject before it."""
    return subject.partition(":")[2]


def _names(cases: Sequence[ChainCase], language: str) -> dict[str, str]:
    """What the jurisdictions of these cases are called, where the registry knows it."""
    named = names_of({case.jurisdiction for case in cases})
    return {code: names.get(language) or names.get("en") or code for code, names in named.items()}


def _cases(
    cases: Sequence[ChainCase],
    origin: date,
    coded: Callable[[str, Iterable[str]], Coded],
    jurisdictions: dict[str, str],
) -> Cases:
    return Cases(
        id=[own_id(case.subject) for case in cases],
        day=days_since(origin, [case.first for case in cases]),
        until=days_since(origin, [case.last for case in cases]),
        basis=Coded.of((case.basis for case in cases), {}),
        onset=days_since(origin, [case.onset for case in cases]),
        sample=days_since(origin, [case.sample for case in cases]),
        report=days_since(origin, [case.report for case in cases]),
        jurisdiction=Coded.of((case.jurisdiction for case in cases), jurisdictions),
        classification=coded("classification", (case.classification for case in cases)),
        outcome=coded("outcome", (case.outcome for case in cases)),
        contacts=[case.contacts for case in cases],
    )


def _labels(list_name: str, language: str) -> dict[str, str]:
    return {value: code.label(language) for value, code in codes.all_lists()[list_name].codes.items()}
