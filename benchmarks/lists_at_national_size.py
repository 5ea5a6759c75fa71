"""How quick the lists are with 300,000 people, 45,000 cases and 85,000 contacts.

    python benchmarks/lists_at_national_size.py [--home FOLDER] [--people 300000] [--only people,cases]

One part in thirty of the data is stated through record(), under the pack cn-covid19: people, tests, classifications,
contacts, tubes with their results. The other parts are copies of what the registry then says of it, with other ids,
made by INSERT … SELECT as the owner of the database: rows like any other, without facts behind them. Identities
are 2,000 invented names, put into the vault the same way. A home that was filled before is used again.

Then, as the web role, through Django's test client (sessions, templates, everything but the network), server time of
the first page, every sort in both directions, ten searches and the filters of every list; exports of 100,000 rows; an action
on 300 cases. The alternative in the same run is the statement that lists were read by before: jsonb cards joined to
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
    """The other parts: every id that ends in -00 ends in -01, -02, …"""
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
            yield f"{column.name}={sorted(codes.values(column.codes))[0]}"
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


def get(client: Any, name: str, query: str) -> float:
    started = time.perf_counter()
    response = client.get(f"/lists/{name}/?{query}")
    seconds = time.perf_counter() - started
    assert response.status_code == 200, (name, query, response.status_code)
    return seconds


def find(client: Any, name: str, words: str) -> float:
    """The search in the vault, and the page that it leads to."""
    started = time.perf_counter()
    response = client.post(f"/lists/{name}/find", {"words": words, "purpose": "investigation"})
    assert client.get(response["Location"]).status_code == 200
    return time.perf_counter() - started


def old_way() -> None:
    """The statement by which cases were listed before, and the same for people."""
    import psycopg

    from quell.site.database import current

    connections = current()
    assert connections is not None
    with psycopg.connect(connections.web.conninfo(), autocommit=True) as connection:
        for what, tables, condition in (
            (
                "cases, as before: conclusions joined to jsonb cards",
                "registry.conclusion c JOIN registry.subject s ON s.subject_id = c.subject",
                f"c.outbreak = '{OUTBREAK}' AND c.kind = 'case' AND c.at <= now()",
            ),
            ("people, as before: jsonb cards", "registry.subject s", "s.kind = 'person'"),
        ):
            taken = []
            for sort in (
                "s.state ->> 'age'",
                "s.state ->> 'sex'",
                "s.state ->> 'classification'",
                "s.subject_id",
            ):
                for way in ("ASC", "DESC"):
                    started = time.perf_counter()
                    connection.execute(f"SELECT count(*) FROM {tables} WHERE {condition}").fetchall()
                    connection.execute(
                        f"SELECT s.subject_id, s.state::text FROM {tables} WHERE {condition}"
                        f" ORDER BY {sort} {way} NULLS LAST, s.subject_id LIMIT 50"
                    ).fetchall()
                    taken.append(time.perf_counter() - started)
            report(what, taken)


def exports(client: Any) -> None:
    for form in ("csv", "xlsx"):
        started = time.perf_counter()
        response = client.get(f"/lists/people/export?form={form}&age_from=20&age_to=51")
        size = sum(len(piece) for piece in response.streaming_content)
        rows = one("SELECT rows FROM lists_export ORDER BY id DESC LIMIT 1")
        print(
            f"export     {rows:,} people as {form}: {time.perf_counter() - started:.1f} s, {size / 1e6:.1f} MB"
        )


def bulk(client: Any) -> None:
    """Classify 300 cases that have facts behind them; then take it back."""
    import re

    for classification in ("confirmed", "asymptomatic", "confirmed"):
        people = [f"person:p{n:05d}-00" for n in range(2100) if n % 100 < 15][:300]
        rows = [f"{person}|{OUTBREAK}" for person in people]
        started = time.perf_counter()
        asked = client.post(
            "/lists/cases/chosen", {"action": "classify", "row": rows}, headers={"HX-Request": "true"}
        )
        asking = time.perf_counter() - started
        packed = re.search(r'name="rows" value="([^"]+)"', asked.content.decode())
        assert packed is not None, asked.content.decode()
        started = time.perf_counter()
        done = client.post(
            "/lists/cases/work",
            {"action": "classify", "rows": packed[1], "classification": classification},
            headers={"HX-Request": "true"},
        )
        working = time.perf_counter() - started
        assert done.status_code == 200, done.content.decode()
        undo = re.search(r'name="facts" value="([^"]+)"', done.content.decode())
        assert undo is not None
        started = time.perf_counter()
        assert (
            client.post("/duties/undo", {"facts": undo[1]}, headers={"HX-Request": "true"}).status_code == 200
        )
        undoing = time.perf_counter() - started
        print(
            f"bulk       300 cases: asked {asking:.2f} s, classified {working:.2f} s, undone {undoing:.2f} s"
        )


def report(what: str, seconds: list[float], named: list[str] | None = None) -> None:
    milliseconds = sorted(1000 * each for each in seconds)
    p95 = milliseconds[min(len(milliseconds) - 1, int(0.95 * len(milliseconds)))]
    worst = ""
    if named:
        each = len(seconds) // len(named)
        slowest = max(range(len(seconds)), key=lambda index: seconds[index])
        worst = f"   slowest {1000 * seconds[slowest]:6.1f} {named[slowest // each]}"
    print(
        f"{what:<52} n {len(seconds):>3}   p50 {statistics.median(milliseconds):6.1f} ms   p95 {p95:6.1f} ms{worst}",
        flush=True,
    )


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
