"""The command line: `quell COMMAND …`.

To add a command: write quell/commands/<name>.py with a function run(…), and register it below in one function whose
signature is the command's arguments and whose docstring is its help. Commands are imported when they are called, so
that `quell --help` stays quick and engines never load Django.

Exit codes: 0 done, 1 the input is bad, 2 wrong usage.
"""

from __future__ import annotations

import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer

from quell.commands.ledger import ledger as ledger_commands
from quell.commands.protocols import protocols as protocols_commands
from quell.commands.vault import vault as vault_commands
from quell.errors import QuellError

app = typer.Typer(
    name="quell",
    help="Quell: outbreak command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(ledger_commands, name="ledger")
app.add_typer(vault_commands, name="vault")
app.add_typer(protocols_commands, name="protocols")

Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the installation; otherwise QUELL_HOME, then the usual place.", show_default=False
    ),
]

DayOrder = Annotated[
    Literal["dmy", "mdy"] | None,
    typer.Option("--dates", help="How the data mean 03/04/2022: day or month first.", show_default=False),
]

Encoding = Annotated[
    str | None,
    typer.Option(help="How text that is not UTF-8 is written, such as cp1252.", show_default=False),
]

ConfirmedMapping = Annotated[
    Path | None,
    typer.Option(
        "--mapping", help="A mapping that --propose wrote and somebody corrected.", show_default=False
    ),
]


def main() -> None:
    """Run the command line; a QuellError is told in one block, without a traceback, and exits 1."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except QuellError as error:
        print(f"quell: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version and end.", is_eager=True)
    ] = False,
) -> None:
    """Quell: outbreak command."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"quell {version_of('quell')}")
        raise typer.Exit


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the first page in the browser.")
    ] = True,
    days: Annotated[int, typer.Option(min=3, max=21, help="Which day of the outbreak it is now.")] = 9,
    seed: Annotated[int, typer.Option(help="Same seed, same outbreak.")] = 7,
    home: Home = None,
) -> None:
    """Show a simulated city in the middle of an outbreak, in a home of its own."""
    from quell.commands import demo as command

    command.run(port=port, browser=browser, days=days, seed=seed, home=home)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for the local network.")
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
    home: Home = None,
) -> None:
    """Serve the web application."""
    from quell.commands import serve as command

    command.run(port=port, host=host, workers=workers, home=home)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)], home: Home = None
) -> None:
    """Write the whole installation into one file."""
    from quell.commands import backup as command

    command.run(file=file, home=home)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `quell backup` wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what this installation holds now.")
    ] = False,
    home: Home = None,
) -> None:
    """Put an installation back from a backup; a failed restore changes nothing."""
    from quell.commands import restore as command

    command.run(file=file, replace=replace, home=home)


@app.command()
def jurisdictions(
    tree: Annotated[str, typer.Argument(help="A shipped tree (CN) or a CSV file.", show_default=False)],
    home: Home = None,
) -> None:
    """Load a tree of jurisdictions, with its ISO 3166-2 and national codes."""
    from quell.commands import jurisdictions as command

    command.run(tree=tree, home=home)


@app.command("open")
def open_(
    path: Annotated[
        Path, typer.Argument(help="A line list, or a folder or workbook that holds some.", show_default=False)
    ],
    protocol: Annotated[
        str | None,
        typer.Option(
            help="A protocol pack; otherwise the one of the disease that the names say.", show_default=False
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the outbreak; otherwise the folder's.", show_default=False)
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Leave out what was known only after this day.", show_default=False
        ),
    ] = None,
    dates: DayOrder = None,
    zone: Annotated[
        str | None,
        typer.Option(help="Time zone of the data; otherwise that of its country.", show_default=False),
    ] = None,
    encoding: Encoding = None,
    mapping: ConfirmedMapping = None,
    propose: Annotated[
        Path | None,
        typer.Option(
            help="Write into this file how the data would be read, and record nothing.", show_default=False
        ),
    ] = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(
            help='Why a special category is read: "ethnicity=…"; otherwise it is left out.',
            show_default=False,
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the web application afterwards.")
    ] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
    home: Home = None,
) -> None:
    """Open a line list as an outbreak, say how it was understood, and serve it."""
    from quell.commands import open as command

    if propose is not None:
        command.propose(
            path=path,
            into=propose,
            dates=dates,
            encoding=encoding,
            mapping=mapping,
            purposes=purpose,
            home=home,
        )
        return
    command.run(
        path=path,
        protocol=protocol,
        name=name,
        as_of=as_of.date() if as_of else None,
        dates=dates,
        zone=zone,
        encoding=encoding,
        mapping=mapping,
        purposes=purpose,
        serve=serve,
        port=port,
        as_json=as_json,
        home=home,
    )


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Tables: line lists, contacts, visits, laboratory files …", show_default=False),
    ],
    dates: DayOrder = None,
    zone: Annotated[str, typer.Option(help="Time zone of times without an offset.")] = "UTC",
    encoding: Encoding = None,
    mapping: ConfirmedMapping = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Say every problem of a file, by row and column; nothing is recorded."""
    from quell.commands import check as command

    command.run(files=files, dates=dates, zone=zone, encoding=encoding, mapping=mapping, as_json=as_json)


@app.command()
def timing(
    linelist: Annotated[
        Path,
        typer.Argument(
            help="A line list, a folder that holds one, or a ledger's export.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for steps.csv and steps.svg.", show_default=False)],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Read the list as it was known on this day.", show_default=False
        ),
    ] = None,
    closed: Annotated[
        bool | None,
        typer.Option(
            "--closed/--open",
            help="Whether a missing date is missing, or may still come; otherwise closed, unless --as-of is near its end.",
            show_default=False,
        ),
    ] = None,
    step: Annotated[
        list[str] | None,
        typer.Option(
            help="A step to measure, as onset-confirm; otherwise all that it has.", show_default=False
        ),
    ] = None,
    dates: DayOrder = None,
    mapping: ConfirmedMapping = None,
    outbreak: Annotated[
        str | None, typer.Option(help="Which outbreak of an export.", show_default=False)
    ] = None,
    language: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the picture.")] = "en",
    parquet: Annotated[bool, typer.Option("--parquet", help="Write steps.parquet, not steps.csv.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Measure how long each step of the cases took, and where they wait."""
    from quell.commands import timing as command

    command.run(
        linelist=linelist,
        out=out,
        as_of=as_of.date() if as_of else None,
        closed=closed,
        steps=step,
        dates=dates,
        mapping=mapping,
        outbreak=outbreak,
        language=language,
        parquet=parquet,
        seed=seed,
        as_json=as_json,
    )


@app.command()
def report(
    outbreak: Annotated[
        str, typer.Argument(help="The outbreak's name, as `quell open` said it.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="The .html file to write.", show_default=False)],
    as_of: Annotated[
        str | None,
        typer.Option(
            help="A date (the end of that day) or a time with its offset; otherwise the outbreak's own now.",
            show_default=False,
        ),
    ] = None,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the page.")] = "en",
    public: Annotated[
        bool, typer.Option("--public", help="The form for the public: small numbers are suppressed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
    home: Home = None,
) -> None:
    """Write the situation of an outbreak, as it was known at a moment, as one page that loads nothing."""
    from quell.commands import report as command

    command.run(
        outbreak=outbreak, out=out, as_of=as_of, language=lang, public=public, as_json=as_json, home=home
    )


def _end(number: int, frame: FrameType | None) -> None:
    # A termination unwinds like any other end, so that the embedded database is let go of and stops.
    sys.exit(128 + number)
