"""A generated outbreak of the size at which a peer's chain page fails: branching trees with a few who infect many.

Offspring are negative binomial (mean R, dispersion k, as a gamma mixture of Poissons), generation times gamma, both
the same for the same seed. Written as a line list and a file of contacts, as anybody would hand them over.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

CASES, CONTACTS = 4746, 18943
FIRST = date(2024, 1, 3)
SETTINGS = ("household", "hospital", "workplace", "school", "funeral", "meal", "transport", "community")


def write_folder(folder: Path, *, cases: int = CASES, contacts: int = CONTACTS, seed: int = 7) -> None:
    """Write linelist.csv and contacts.csv of so many cases and contacts who are no cases."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    outbreak = list(_outbreak(chance, cases))
    with (folder / "linelist.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["case_id", "onset_date", "report_date", "classification", "outcome", "age", "sex"])
        for number, (_, onset, _) in enumerate(outbreak):
            day = FIRST + timedelta(days=onset)
            out.writerow([
                f"C{number + 1:04d}",
                day if chance.random() < 0.93 else "",
                day + timedelta(days=chance.randint(1, 6)),
                "confirmed" if chance.random() < 0.8 else "probable",
                "Dead" if chance.random() < 0.05 else "Alive",
                chance.randint(1, 90),
                chance.choice("FM"),
            ])  # fmt: skip
    with (folder / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["source_id", "contact_id", "setting", "last_exposure"])
        for number, (source, onset, setting) in enumerate(outbreak):
            if source is not None:
                met = FIRST + timedelta(days=max(0, onset - chance.randint(2, 6)))
                out.writerow([f"C{source + 1:04d}", f"C{number + 1:04d}", setting, met])
        for number in range(contacts):
            source = int(cases * chance.random() ** 1.15)
            met = FIRST + timedelta(days=outbreak[source][1] + chance.randint(0, 7))
            out.writerow([f"C{source + 1:04d}", f"K{number + 1:05d}", chance.choice(SETTINGS), met])


def _outbreak(chance: random.Random, cases: int) -> Iterator[tuple[int | None, int, str]]:
    """(source, day of onset, setting) of every case, in the order of onset; 8 in 100 have no reported source."""
    waiting: list[tuple[int, int, int | None]] = []
    made: list[tuple[int | None, int, str]] = []
    introduced = 0
    while len(made) < cases:
        if not waiting or (introduced < len(made) / 60 + 3):
            waiting.append((introduced * 4 % 260, 0, None))
            introduced += 1
        waiting.sort()
        onset, _, source = waiting.pop(0)
        number = len(made)
        told = source if chance.random() < 0.92 else None
        made.append((told, onset, chance.choices(SETTINGS, (40, 14, 10, 8, 5, 8, 3, 12))[0]))
        mean = 1.45 if onset < 120 else 1.02
        for _ in range(min(45, _poisson(chance, chance.gammavariate(0.35, mean / 0.35)))):
            waiting.append((onset + max(1, round(chance.gammavariate(6.5, 1.4))), len(waiting), number))
    order = sorted(range(cases), key=lambda number: (made[number][1], number))
    place = {number: at for at, number in enumerate(order)}
    for number in order:
        source, onset, setting = made[number]
        yield (None if source is None else place[source], onset, setting)


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
