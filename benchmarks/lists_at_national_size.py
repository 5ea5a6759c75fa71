"""How quick the lists are with 300,000 people, 45,000 cases and 85,000 contacts.

    python benchmarks/lists_at_national_size.py [--home FOLDER] [--people 300000] [--only people,cases]

One part in thirty of the data is stated through record(), under the pack cn-covid19: people, tests, classifications,
contacts, tubes with their results. The other parts are copies of what the registry then says of it, with other ids,
made by INSERT … SELECT as the owner of the database: rows like any other, without facts behind them. Identities
are 2,000 invented names, put into the vault the same way. A home that was filled before is used again.

Then, as the web role, through Django's test client (sessions, templates, everything but the network), server time of
the first page, every sort in both directions, ten searches and the filters of every list; exports of 100,000 rows; an
action on 300 cases. Beside the time on the wall stands the time on a processor, of this process and of its one server
process together (parallel workers are off, so that is all of it): on a machine that others use too, only that tells. The alternative in the same run is the statement that lists were read by before: jsonb cards joined to
conclusions, sorted and counted from there.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

COPIES = 30
OUTBREAK = "outbreak:national"
NOW = datetime.now(UTC).replace(microsecond=0)
WHERE: dict[str, Any] = {"zone": "Asia/Shanghai", "source": "benchmark", "outbreaks": (OUTBREAK,)}
COUNTIES = [f"CN-GS-62{city:02d}-{county:02d}" for city in range(1, 15) for county in range(1, 9)]
TABLES = ("listed_person", "listed_case", "listed_contact", "listed_tube", "listed_place")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--home", type=Path)
    arguments.add_argument("--people", type=int, default=300_000)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--part", default="fill,pages,old,export,bulk")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="quell-lists-") as folder:
        home = asked.home or Path(folder)
        home.mkdir(exist_ok=True)
        home.chmod(0o755)
        from quell.site.database import installation, migrate, set_up_django

        with installation(home=home) as connections:
            set_up_django()
            migrate(connections)
            parts = asked.part.split(",")
            if one("SELECT count(*) FROM vault.record") == 0:
                fill(asked.people)
            sizes()
            client = signed_in()
            only = [each for each in asked.only.split(",") if each]
            if "pages" in parts:
                pages(client, only)
            if "old" in parts:
                old_way()
            if "export" in parts:
                exports(client)
            if "bulk" in parts:
                bulk(client)
            print(
                f"memory of this process at its most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
            )


# ---- the data ----


def fill(people: int) -> None:
    from quell.ledger.adopt import open_outbreak
    from quell.ledger.bulk import record_many
    from quell.protocol.pack import load

    open_outbreak(
        OUTBREAK,
        pack=load("cn-covid19"),
        title={"en": "National", "zh": "全国"},
        jurisdiction="CN-GS",
        zone="Asia/Shanghai",
        opened=NOW - timedelta(days=60),
        by="benchmark",
        now=NOW,
    )
    started = time.perf_counter()
    facts = list(stated(people // COPIES))
    done = sum(each.new for each in record_many(facts, by="benchmark", now=NOW, chunk=1000))
    print(f"stated     {done:,} facts through record_many() in {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    copies()
    vault()
    print(f"copied     the other {COPIES - 1} parts, and the vault, in {time.perf_counter() - started:.0f} s")


def stated(people: int) -> Iterable[Any]:
    """Facts of one part: of every 100 people 15 are cases and 28 are contacts, one in ten is in a tube of ten."""
    from quell.catalogue.contacts import ContactNamed
    from quell.catalogue.investigation import CaseClassified, CaseReported, SymptomsBegan
    from quell.catalogue.laboratory import TubeResulted
    from quell.catalogue.people import PersonRegistered
    from quell.catalogue.places import PlaceRegistered
    from quell.catalogue.screening import TubeSampled

    chance = random.Random(7)
    day = (NOW - timedelta(days=60)).date()
    cases = [f"person:p{n:05d}-00" for n in range(people) if n % 100 < 15]
    for n in range(people):
        person = f"person:p{n:05d}-00"
        where = {**WHERE, "jurisdiction": chance.choice(COUNTIES)}
        on = day + timedelta(days=chance.randrange(58))
        yield PersonRegistered(
            subject=person,
            occurred=on.isoformat(),
            age=chance.randrange(95),
            sex=chance.choice(("male", "female")),
            occupation=chance.choice(("farmer", "teacher", "driver", "health_worker", "retired", "pupil")),
            household=f"household:h{n // 3:05d}-00",
            **where,
        )
        if n % 100 < 15:
            yield CaseClassified(
                subject=person,
                occurred=f"{on}T08:{chance.randrange(60):02d}:00Z",
                classification=chance.choice(("confirmed", "asymptomatic")),
                found_in=chance.choice(("screening", "isolation_site", "clinic", "contact_tracing")),
                **where,
            )
            yield SymptomsBegan(
                subject=person, occurred=(on - timedelta(days=chance.randrange(6))).isoformat(), **where
            )
            yield CaseReported(subject=person, occurred=f"{on}T12:00:00Z", **where)
        elif n % 100 < 43:
            yield ContactNamed(
                subject=person,
                occurred=f"{on}T09:{chance.randrange(60):02d}:00Z",
                source_person=chance.choice(cases),
                last_exposure=(day + timedelta(days=58)).isoformat(),
                setting=chance.choice(("household", "workplace", "school", "other")),
                **where,
            )
        if n % 10 == 0:
            tube = f"tube:t{n:05d}-00"
            yield TubeSampled(
                subject=tube,
                occurred=f"{on}T01:00:00Z",
                members=tuple(f"person:p{m:05d}-00" for m in range(n, n + 10)),
                pool_size=10,
                **where,
            )
            yield TubeResulted(subject=tube, occurred=f"{on}T07:{n % 60:02d}:00Z", result="negative", **where)
        if n % 10 == 5:
            yield PlaceRegistered(
                subject=f"place:x{n:05d}-00",
                occurred=on.isoformat(),
                place_kind=chance.choice(("market", "restaurant", "school", "building")),
                public_name={"en": f"Place {n}", "zh": f"场所{n}"},
                **where,
            )


def copies() -> None:
    """The other parts: every id that ends in -00 ends in -01, -02 and so on."""
    renamed = {
        "listed_person": ("subject", "household"),
        "listed_case": ("subject", "household"),
        "listed_contact": ("subject", "source"),
        "listed_tube": ("subject",),
        "listed_place": ("subject",),
        "subject": ("subject_id",),
        "conclusion": ("subject",),
        "duty": ("duty_id", "subject", "because"),
    }
    with owner() as connection:
        for table, names in renamed.items():
            described = connection.execute(f"SELECT * FROM registry.{table} LIMIT 0").description or ()
            columns = [each.name for each in described]
            shown = []
            for name in columns:
                expression = f"t.{name}"
                if name == "duty_id":
                    expression = "t.duty_id || '-' || lpad(k::text, 2, '0')"
                elif name in names:
                    expression = f"regexp_replace(t.{name}, '-00$', '-' || lpad(k::text, 2, '0'))"
                elif table == "duty" and name == "met_at":
                    # An outbreak that has gone on for a while: of most parts everything was done.
                    expression = "CASE WHEN k > 5 THEN coalesce(t.met_at, t.due_known - interval '10 minutes') ELSE t.met_at END"
                shown.append(expression)
            key = names[0]
            connection.execute(
                f"INSERT INTO registry.{table} ({', '.join(columns)}) SELECT {', '.join(shown)}"
                f" FROM registry.{table} t, generate_series(1, {COPIES - 1}) k WHERE t.{key} LIKE '%-00'"
                + (" OR t.subject LIKE '%-00'" if table == "duty" else "")
            )
            connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def vault() -> None:
    from quell.vault.tokens import tokens_of

    chance = random.Random(3)
    family, given = (
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗",
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文",
    )
    names = [chance.choice(family) + chance.choice(given) + chance.choice(given) for _ in range(2000)]
    with owner() as connection:
        connection.execute("CREATE TEMP TABLE name (n int, name text, token text)")
        with connection.cursor().copy("COPY name FROM STDIN") as copy:
            for n, name in enumerate(names):
                for token in tokens_of({"name": name}):
                    copy.write_row((n, name, token))
        connection.execute(
            """INSERT INTO vault.record SELECT md5(subject)::uuid, subject, 'identity', 'contact', '{}', NULL, now(), 'x'
               FROM registry.listed_person ON CONFLICT DO NOTHING"""
        )
        connection.execute(
            """INSERT INTO vault.token SELECT name.token, md5(p.subject)::uuid, p.subject FROM registry.listed_person p
               JOIN name ON name.n = abs(hashtext(p.subject)) % 2000
               UNION ALL SELECT '#' || lpad((abs(hashtext('n' || p.subject)) % 10000)::text, 4, '0'), md5(p.subject)::uuid,
                                p.subject FROM registry.listed_person p"""
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def sizes() -> None:
    for table in (*TABLES, "duty", "subject", "conclusion"):
        rows = one(f"SELECT count(*) FROM registry.{table}")
        size = one(f"SELECT pg_size_pretty(pg_total_relation_size('registry.{table}'))")
        print(f"{table:<16} {rows:>9,} rows   {size:>8}")


# ---- what is measured ----


def signed_in() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    account, _ = User.objects.get_or_create(username="commander")
    client = Client()
    client.force_login(account)
    return client


def pages(client: Any, only: list[str]) -> None:
    from quell.registry.reading.lists import LISTS

    for name, listing in LISTS.items():
        if only and name not in only:
            continue
        get(client, name, "")
        report(f"{name}: first page", [get(client, name, "") for _ in range(10)])
        sorts = [f"sort={way}{each.name}" for each in listing.columns if each.sorts for way in ("", "-")]
        report(
            f"{name}: every sort, both ways",
            [get(client, name, sort) for sort in sorts for _ in range(2)],
            sorts,
        )
        kind = listing.columns[0].name if name != "duties" else "subject"
        letter = {"tubes": "t", "places": "x"}.get(name, "p")
        searches = [f"q={letter}{n * 937 % 10000:05d}"[: 3 + n % 5] for n in range(10)]
        report(
            f"{name}: ten searches by number ({kind})",
            [get(client, name, each) for each in searches],
            searches,
        )
        if listing.searched == "person":
            words = ["wang", "王伟", "zhang", "li", "wj", "李", "yang jie", "1234", "chen", "赵"]
            report(f"{name}: ten searches by identity", [find(client, name, each) for each in words], words)
        filters = list(filters_of(listing))
        report(f"{name}: {len(filters)} filters", [get(client, name, each) for each in filters], filters)
        report(f"{name}: the last page", [get(client, name, "page=900000") for _ in range(3)])


def filters_of(listing: Any) -> Iterable[str]:
    from quell.catalogue import codes

    month_ago = (NOW - timedelta(days=30)).date()
    for column in listing.columns:
        if column.filter == "codes":
            yield f"{column.name}={min(codes.values(column.codes))}"
        elif column.filter == "choice":
            yield from (f"{column.name}={each}" for each in column.choices)
        elif column.filter == "yes":
            yield f"{column.name}=yes"
        elif column.filter == "tree":
            yield f"{column.name}=CN-GS-6203"
            yield f"{column.name}=CN-GS"
        elif column.filter == "same":
            yield f"{column.name}=person:p00001-00"
        elif column.filter == "days":
            yield f"{column.name}_from={month_ago}&{column.name}_to={NOW.date()}"
        elif column.filter == "numbers":
            yield f"{column.name}_from=10&{column.name}_to=20"


Taken = tuple[float, float]


def get(client: Any, name: str, query: str) -> Taken:
    def work() -> None:
        response = client.get(f"/lists/{name}/?{query}")
        assert response.status_code == 200, (name, query, response.status_code)

    return taken(work)


def find(client: Any, name: str, words: str) -> Taken:
    """The search in the vault, and the page that it leads to."""

    def work() -> None:
        response = client.post(f"/lists/{name}/find", {"words": words, "purpose": "investigation"})
        assert client.get(response["Location"]).status_code == 200

    return taken(work)


def taken(work: Callable[[], Any]) -> Taken:
    """Seconds on the wall, and on a processor: ours and the server process's."""
    busy, started = on_processor(), time.perf_counter()
    work()
    return time.perf_counter() - started, on_processor() - busy


def on_processor() -> float:
    from django.db import connection

    connection.ensure_connection()
    if getattr(connection, "serial", None) is not connection.connection:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        connection.serial = connection.connection
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(server.split()[0]) / 1e9


def old_way() -> None:
    """The statement by which cases were listed before, and the same for people."""
    from django.db import connection

    with connection.cursor() as cursor:
        for what, tables, condition in (
            (
                "cases, as before: conclusions joined to jsonb cards",
                "registry.conclusion c JOIN registry.subject s ON s.subject_id = c.subject",
                f"c.outbreak = '{OUTBREAK}' AND c.kind = 'case' AND c.at <= now()",
            ),
            ("people, as before: jsonb cards", "registry.subject s", "s.kind = 'person'"),
        ):
            times = []
            for sort in (
                "s.state ->> 'age'",
                "s.state ->> 'sex'",
                "s.state ->> 'classification'",
                "s.subject_id",
            ):
                for way in ("ASC", "DESC"):

                    def work(
                        tables: str = tables, condition: str = condition, by: str = f"{sort} {way}"
                    ) -> None:
                        cursor.execute(f"SELECT count(*) FROM {tables} WHERE {condition}")
                        cursor.fetchall()
                        cursor.execute(
                            f"SELECT s.subject_id, s.state::text FROM {tables} WHERE {condition}"
                            f" ORDER BY {by} NULLS LAST, s.subject_id LIMIT 50"
                        )
                        cursor.fetchall()

                    times.append(taken(work))
            report(what, times)


def exports(client: Any) -> None:
    for form in ("csv", "xlsx"):
        size = 0

        def work(form: str = form) -> None:
            nonlocal size
            response = client.get(f"/lists/people/export?form={form}&age_from=20&age_to=51")
            size = sum(len(piece) for piece in response.streaming_content)

        wall, busy = taken(work)
        rows = one("SELECT rows FROM lists_export ORDER BY id DESC LIMIT 1")
        print(
            f"export     {rows:,} people as {form}: {wall:.1f} s, on a processor {busy:.1f} s, {size / 1e6:.1f} MB"
        )


def bulk(client: Any) -> None:
    """Classify 300 cases that have facts behind them; then take it back."""
    import re

    def answered(address: str, **given: Any) -> str:
        response = client.post(address, given, headers={"HX-Request": "true"})
        assert response.status_code == 200, response.content.decode()
        return str(response.content.decode())

    def value(name: str, page: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]+)"', page)
        assert found is not None, page
        return found[1]

    people = [f"person:p{n:05d}-00" for n in range(2100) if n % 100 < 15][:300]
    rows = [f"{person}|{OUTBREAK}" for person in people]
    for classification in ("confirmed", "asymptomatic", "confirmed"):
        said: dict[str, str] = {}

        def asking(said: dict[str, str] = said) -> None:
            said["rows"] = value("rows", answered("/lists/cases/chosen", action="classify", row=rows))

        def working(said: dict[str, str] = said, to: str = classification) -> None:
            page = answered("/lists/cases/work", action="classify", rows=said["rows"], classification=to)
            said["facts"] = value("facts", page)

        def undoing(said: dict[str, str] = said) -> None:
            answered("/duties/undo", facts=said["facts"])

        steps = [(step.__name__, *taken(step)) for step in (asking, working, undoing)]
        shown = ", ".join(f"{name} {wall:.2f} s ({busy:.2f} s)" for name, wall, busy in steps)
        print(f"bulk       300 cases, on the wall (on a processor): {shown}")


def report(what: str, times: list[Taken], named: list[str] | None = None) -> None:
    wall, busy = ([each[part] for each in times] for part in (0, 1))
    worst = ""
    if named:
        slowest = max(range(len(busy)), key=lambda index: busy[index])
        worst = f"   slowest {named[slowest // (len(times) // len(named))]}"
    print(
        f"{what:<40} n {len(times):>3}   wall {spread(wall)}   processor {spread(busy)} ms{worst}", flush=True
    )


def spread(seconds: list[float]) -> str:
    ordered = sorted(1000 * each for each in seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"p50 {statistics.median(ordered):6.1f} p95 {p95:6.1f}"


def owner() -> Any:
    import psycopg

    from quell.site.database import current

    connections = current()
    assert connections is not None
    return psycopg.connect(connections.owner.conninfo())


def one(query: str) -> Any:
    with owner() as connection:
        return connection.execute(query).fetchone()[0]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quell.site.settings")
    main()
