"""The board around every page: which outbreak is looked at, on which clock, and what each desk owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone, translation

from quell.catalogue.when import local_date
from quell.desks.house.permission import Account, desks_of
from quell.registry.reading import duties, outbreaks
from quell.registry.reading.cursor import reading
from quell.registry.reading.duties import DeskCount
from quell.registry.reading.outbreaks import Outbreak

SESSION_KEY = "outbreak"
THEMES = ("light", "dark")


@dataclass
class Board:
    """Everything that a page needs besides its own matter; each part is read when it is first asked for."""

    account: Account
    chosen: str
    theme: str

    @classmethod
    def of(cls, request: HttpRequest) -> Board:
        """The board of a request, made once."""
        known = getattr(request, "board", None)
        if isinstance(known, cls):
            return known
        theme = request.COOKIES.get("quell_theme", "")
        made = cls(request.user, str(request.session.get(SESSION_KEY, "")), theme if theme in THEMES else "")
        request.board = made  # type: ignore[attr-defined]  # where a request carries what belongs to it
        # Read before anything else, so that a fact which comes while the page is made is told to the page later.
        made.position  # noqa: B018 - a cached property
        return made

    @cached_property
    def position(self) -> int:
        """The last position that was sealed when this page was begun."""
        with reading() as cursor:
            cursor.execute("SELECT coalesce(max(position), 0) FROM ledger.seal")
            return int((cursor.fetchone() or (0,))[0])

    @cached_property
    def outbreaks(self) -> list[Outbreak]:
        """Every outbreak, those still open first."""
        return outbreaks.every()

    @cached_property
    def outbreak(self) -> Outbreak | None:
        """The outbreak that is looked at: the chosen one, else the first."""
        for each in self.outbreaks:
            if each.outbreak_id == self.chosen:
                return each
        return self.outbreaks[0] if self.outbreaks else None

    @property
    def outbreak_id(self) -> str:
        """Its id; "" where there is none yet."""
        return self.outbreak.outbreak_id if self.outbreak else ""

    @cached_property
    def real_now(self) -> datetime:
        """The real instant, one for the whole page."""
        return datetime.now(UTC)

    @cached_property
    def now(self) -> datetime:
        """The outbreak's own now."""
        return outbreaks.now_of(self.outbreak, self.real_now)

    @property
    def last_day(self) -> date:
        """The last local day that has wholly or partly passed on the outbreak's clock: at midnight the day before."""
        return local_date(self.now - timedelta(microseconds=1), self.zone)

    @property
    def zone(self) -> str:
        """The zone in which times are shown."""
        return self.outbreak.zone if self.outbreak else timezone.get_default_timezone_name()

    @property
    def language(self) -> str:
        """The language of code labels and pack texts: en or zh."""
        return (translation.get_language() or "en").partition("-")[0]

    @property
    def read_only(self) -> bool:
        """Whether this is a past outbreak, which is read and not worked on."""
        return self.outbreak is not None and self.outbreak.past

    @cached_property
    def desks(self) -> frozenset[str]:
        """The desks at which this account may work."""
        return desks_of(self.account)

    @cached_property
    def counts(self) -> list[DeskCount]:
        """What each desk owes."""
        return [count for count in _counted(self.outbreak_id, self.now) if count.desk in self.desks]

    @property
    def open(self) -> int:
        """Open duties of all desks of this account."""
        return sum(count.open for count in self.counts)

    @property
    def late(self) -> int:
        """Late duties of all desks of this account."""
        return sum(count.late for count in self.counts)


# From so many open duties on, counting them takes longer than making the page: then a count is good for some seconds.
_MANY = 20_000
_GOOD_FOR = timedelta(seconds=5)
_kept: dict[str, tuple[datetime, list[DeskCount]]] = {}


def _counted(outbreak_id: str, now: datetime) -> list[DeskCount]:
    """What each desk owes in an outbreak. With very many duties the figure may be some seconds old."""
    known = _kept.get(outbreak_id)
    if known is not None and known[0] <= now < known[0] + _GOOD_FOR:
        return known[1]
    counted = duties.counts(outbreak_id, now=now)
    if sum(count.open for count in counted) >= _MANY:
        _kept[outbreak_id] = (now, counted)
    return counted


def around(request: HttpRequest) -> dict[str, object]:
    """Context processor: the board, and whether only the part within the page is asked for."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        theme = request.COOKIES.get("quell_theme", "")
        return {"layout": "house/base.html", "theme": theme if theme in THEMES else ""}
    board = Board.of(request)
    inner = request.headers.get("HX-Target") == "app"
    return {"board": board, "theme": board.theme, "layout": "house/app.html" if inner else "house/base.html"}
