"""``quell vault erase / expire / reads``: forgetting, and who looked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

vault = typer.Typer(
    no_args_is_help=True, help="What is kept of people: erase it, let it expire, see who read it."
)


@vault.command()
def erase(
    subjects: Annotated[
        list[str], typer.Argument(help="Subjects, such as person:ls-2s3r7.", show_default=False)
    ],
    rule: Annotated[
        str, typer.Option(help="A code of the list erasure_rule, such as person_asked.", show_default=False)
    ],
    ordered_by: Annotated[str, typer.Option(help="Who decided it.", show_default=False)],
    jurisdiction: Annotated[
        str, typer.Option(help="Whose decision it is, such as CN-GS-6201.", show_default=False)
    ],
) -> None:
    """Erase all that the vault holds of these subjects, for good; facts and a tombstone remain."""
    from quell.catalogue import codes
    from quell.errors import QuellError
    from quell.ledger.identity import erase as forget
    from quell.ledger.seal import seal_all
    from quell.site.database import installation, migrate

    if rule not in codes.values("erasure_rule"):
        raise QuellError(
            f"{rule!r} is not an erasure rule; there are {', '.join(sorted(codes.values('erasure_rule')))}"
        )
    now = datetime.now(UTC)
    with installation() as connections:
        migrate(connections)
        gone = forget(
            subjects, rule=rule, ordered_by=ordered_by, jurisdiction=jurisdiction, by="operator", now=now
        )
        seal_all(now=now)
    Console(stderr=True).print(f"{gone} records erased; backups made before still hold them", highlight=False)


@vault.command()
def expire(
    jurisdiction: Annotated[
        str, typer.Option(help="Whose retention it is, such as CN-GS-6201.", show_default=False)
    ],
) -> None:
    """Erase what has been kept as long as its retention class allows; meant to run every day."""
    from quell.ledger.identity import erase_expired
    from quell.ledger.seal import seal_all
    from quell.site.database import installation, migrate

    now = datetime.now(UTC)
    with installation() as connections:
        migrate(connections)
        gone = erase_expired(jurisdiction=jurisdiction, now=now)
        seal_all(now=now)
    Console(stderr=True).print(f"{gone} records were past their time and are erased", highlight=False)


@vault.command()
def reads(
    subject: Annotated[str, typer.Argument(help="A subject, such as person:ls-2s3r7.", show_default=False)],
) -> None:
    """Say who read about a subject, at which desk, when and why: what the person is told when they ask."""
    from quell.site.database import installation, migrate
    from quell.vault.reading import reads_of

    with installation() as connections:
        migrate(connections)
        found = reads_of(subject)
    console = Console(highlight=False)
    for read in found:
        console.print(
            f"{read.read_at:%Y-%m-%d %H:%M} UTC  {read.read_by}  desk {read.desk}  {read.purpose}",
            soft_wrap=True,
        )
    if not found:
        console.print("nobody")
