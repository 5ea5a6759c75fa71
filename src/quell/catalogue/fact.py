"""What every fact has in common, and the register of fact kinds.

A kind is a frozen struct that inherits ``Fact`` and is entered with ``@fact("tube.resulted")``. From its
annotations the register learns which fields name other subjects (and so become links), which hold codes
(and from which list), and which point into the vault. One definition gives the check, the storage, the links,
the documentation and the form.
"""

from __future__ import annotations

import hashlib
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

from quell.catalogue import codes
from quell.catalogue.when import When, WhenError, canonical, parse

SUBJECT_KINDS = (
    "person",
    "household",
    "group",
    "herd",
    "place",
    "tube",
    "sample",
    "vehicle",
    "facility",
    "bed",
    "zone",
    "round",
    "directive",
    "inspection",
    "notice",
    "trip",
    "stock",
    "outbreak",
    "jurisdiction",
    "organisation",
    "need",
    "duty",
    "run",
)


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field that names another subject of one of these kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeOf:
    """Marks a field whose value is a code of the named list."""

    list_name: str


@dataclass(frozen=True, slots=True)
class InVault:
    """Marks a field that holds the id of a vault record, never its content."""


@dataclass(frozen=True, slots=True)
class IsMoment:
    """Marks a field that holds an instant, date or interval as text (see quell.catalogue.when)."""


def _subject_pattern(*kinds: str) -> str:
    return rf"^({'|'.join(kinds)}):[^\s:][^\s]{{0,150}}$"


SubjectId = Annotated[str, msgspec.Meta(pattern=_subject_pattern(*SUBJECT_KINDS)), Refers(SUBJECT_KINDS)]
PersonId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("person")), Refers(("person",))]
PlaceId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("place")), Refers(("place",))]
TubeId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("tube")), Refers(("tube",))]
FacilityId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("facility")), Refers(("facility",))]
BedId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("bed")), Refers(("bed",))]
VehicleId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("vehicle")), Refers(("vehicle",))]
TripId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("trip")), Refers(("trip",))]
RoundId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("round")), Refers(("round",))]
ZoneId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("zone")), Refers(("zone",))]
NeedId = Annotated[str, msgspec.Meta(pattern=_subject_pattern("need")), Refers(("need",))]
OrganisationId = Annotated[
    str, msgspec.Meta(pattern=_subject_pattern("organisation")), Refers(("organisation",))
]
JurisdictionId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Za-z0-9.]{1,20}){0,6}$")]
OutbreakId = Annotated[str, msgspec.Meta(pattern=r"^outbreak:[^\s:][^\s]{0,150}$")]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[^\s\x00-\x1f]{1,200}$")]
Count = Annotated[int, msgspec.Meta(ge=0)]
Ct = Annotated[float, msgspec.Meta(ge=0, le=60, extra={"unit": "Ct"})]
Celsius = Annotated[float, msgspec.Meta(ge=25, le=45, extra={"unit": "°C"})]
Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180, extra={"unit": "degrees"})]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
VaultId = Annotated[str, msgspec.Meta(pattern=r"^vault:[0-9a-f-]{36}$"), InVault()]
Occurred = Annotated[str, msgspec.Meta(max_length=64)]
Moment = Annotated[str, msgspec.Meta(max_length=64), IsMoment()]
Years = Annotated[int, msgspec.Meta(ge=0, le=130, extra={"unit": "years"})]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that happened. Written once, never changed.

    subject       whom or what it is about, ``kind:id``; pseudonymous, never a name
    occurred      an instant, a date or an interval (see ``quell.catalogue.when``)
    zone          the IANA zone in which it happened
    jurisdiction  ISO 3166 code of the place that answers for it, e.g. ``CN-GS-LZ``
    outbreaks     the outbreaks that it concerns: none, one or several
    learned_at    when the source learned of it (canonical UTC), when it said so
    source        which system, file or desk says so
    source_id     the source's own id of the message; the same source and id is the same fact
    """

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1

    subject: SubjectId
    occurred: Occurred
    jurisdiction: JurisdictionId
    source: Identifier
    zone: str = "UTC"
    outbreaks: tuple[OutbreakId, ...] = ()
    learned_at: str | None = None
    source_id: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A field of a kind that names other subjects; its name is the role they play."""

    role: str
    many: bool


@dataclass(frozen=True, slots=True)
class FactKind:
    """One entry of the register."""

    name: str
    version: int
    struct: type[Fact]
    subject_kind: str | None
    chapter: str
    introduces: bool
    claim: bool
    links: tuple[Link, ...]
    coded: tuple[tuple[str, str, bool], ...]
    moments: tuple[str, ...]
    vault_fields: tuple[str, ...]
    story: str

    def links_of(self, stated: Fact) -> Iterator[tuple[str, str]]:
        """The (role, subject id) pairs that a fact of this kind names beside its own subject."""
        for link in self.links:
            value = getattr(stated, link.role)
            if value is None:
                continue
            if link.many:
                for named in value:
                    yield link.role, named
            else:
                yield link.role, value


REGISTER: dict[str, FactKind] = {}
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}

F = TypeVar("F", bound=type[Fact])


def fact(
    name: str, *, subject: str | None, version: int = 1, introduces: bool = False, claim: bool = False
) -> Callable[[F], F]:
    """Enter a kind in the register.

    subject     the kind of subject it is about; None when any kind may be
    introduces  whether it makes its subject known: until one such fact comes, the subject is only referred to
    claim       whether it takes something scarce, and so may only enter through ``claim()``
    """

    def enter(struct: F) -> F:
        if name in REGISTER:
            message = f"the fact kind {name!r} is entered twice"
            raise ValueError(message)
        struct.kind = name
        struct.version = version
        links: list[Link] = []
        coded: list[tuple[str, str, bool]] = []
        vault_fields: list[str] = []
        moments: list[str] = []
        for field, annotation in typing.get_type_hints(struct, include_extras=True).items():
            if field in _ENVELOPE:
                continue
            many, marks = _marks(annotation)
            for mark in marks:
                if isinstance(mark, Refers):
                    links.append(Link(field, many))
                elif isinstance(mark, CodeOf):
                    coded.append((field, mark.list_name, many))
                elif isinstance(mark, InVault):
                    vault_fields.append(field)
                elif isinstance(mark, IsMoment):
                    moments.append(field)
        REGISTER[name] = FactKind(
            name=name,
            version=version,
            struct=struct,
            subject_kind=subject,
            chapter=struct.__module__.rsplit(".", 1)[-1],
            introduces=introduces,
            claim=claim,
            links=tuple(links),
            coded=tuple(coded),
            moments=tuple(moments),
            vault_fields=tuple(vault_fields),
            story=(struct.__doc__ or "").strip(),
        )
        return struct

    return enter


def upcaster(
    name: str, from_version: int
) -> Callable[[Callable[[dict[str, Any]], dict[str, Any]]], Callable[[dict[str, Any]], dict[str, Any]]]:
    """Enter the pure function that turns a body of an older version into the next version."""

    def enter(
        function: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        UPCASTERS[(name, from_version)] = function
        return function

    return enter


_ENVELOPE = frozenset(
    {
        "kind",
        "version",
        "subject",
        "occurred",
        "jurisdiction",
        "source",
        "zone",
        "outbreaks",
        "learned_at",
        "source_id",
    }
)


def _marks(annotation: Any) -> tuple[bool, list[Any]]:
    """Whether the annotation is a sequence, and the marks found anywhere inside it."""
    marks: list[Any] = []
    many = False

    def walk(part: Any) -> None:
        nonlocal many
        marks.extend(getattr(part, "__metadata__", ()))
        if typing.get_origin(part) in (tuple, list):
            many = True
        for inner in typing.get_args(part):
            if inner is not types.NoneType and inner is not Ellipsis:
                walk(inner)

    walk(annotation)
    return many, marks


class FactError(ValueError):
    """A fact that cannot be taken: what was wrong, in which field, and what to do."""

    def __init__(self, kind: str, field: str, problem: str) -> None:
        self.kind = kind
        self.field = field
        self.problem = problem
        super().__init__(f"{kind}, {field}: {problem}" if field else f"{kind}: {problem}")


_encoder = msgspec.json.Encoder(order="sorted")


def body_of(stated: Fact) -> bytes:
    """The canonical JSON of a fact without its kind and version: what is hashed, stored and exchanged."""
    return _encoder.encode(stated)


def encode_body(body: dict[str, Any]) -> bytes:
    """The canonical JSON of a body that was read back as plain values."""
    return _encoder.encode(body)


def content_hash(kind: str, version: int, body: bytes) -> bytes:
    """SHA-256 over kind, version and canonical body: 32 bytes that change when anything in the fact does."""
    digest = hashlib.sha256(f"{kind}/{version}\n".encode())
    digest.update(body)
    return digest.digest()


def identity_of(stated: Fact, content: bytes) -> str:
    """The id of a fact, a UUID as text: from the source and the source's own id where given, else from the content."""
    if stated.source_id is None:
        digits = content[:16].hex()
    else:
        digits = hashlib.sha256(f"{stated.source}\n{stated.source_id}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def read(kind: str, version: int, body: dict[str, Any]) -> Fact:
    """Turn a stored or received body into a fact of the present version.

    Raises FactError naming kind and field when the body is not a fact of that kind.
    """
    while (step := UPCASTERS.get((kind, version))) is not None:
        body, version = step(body), version + 1
    entry = REGISTER.get(kind)
    if entry is None:
        raise FactError(kind, "kind", "no such kind of fact; `quell ledger kinds` lists them")
    if version != entry.version:
        problem = f"version {version} is unknown here, which writes version {entry.version}; upgrade Quell to read it"
        raise FactError(kind, "version", problem)
    try:
        stated = msgspec.convert(body, entry.struct)
    except msgspec.ValidationError as error:
        raise _explained(kind, error) from error
    check_codes(entry, stated)
    return stated


def stored_fields(kind: str, version: int, body: bytes) -> dict[str, Any]:
    """The fields of a fact that lies in the ledger, those left at their default included; what was taken is not checked anew.

    Raises FactError when the body cannot be read as a fact of the present version.
    """
    entry = REGISTER.get(kind)
    if entry is None or version != entry.version:
        return msgspec.structs.asdict(read(kind, version, msgspec.json.decode(body)))
    try:
        return msgspec.structs.asdict(_decoder(entry.struct).decode(body))
    except msgspec.ValidationError as error:
        raise _explained(kind, error) from error


def check_codes(entry: FactKind, stated: Fact) -> None:
    """Raise FactError when a coded field holds a code that its list does not have."""
    for field, list_name, many in entry.coded:
        value = getattr(stated, field)
        if value is None:
            continue
        known = codes.values(list_name)
        for code in value if many else (value,):
            if code not in known:
                listed = ", ".join(sorted(known)[:12])
                raise FactError(entry.name, field, f"{code!r} is not in the code list {list_name} ({listed})")


class Checked(msgspec.Struct, frozen=True, gc=False):
    """A fact that may be taken, in its canonical form. A struct, since millions are made."""

    entry: FactKind
    stated: Fact
    when: When
    body: bytes


def checked(stated: Fact) -> Checked:
    """Check a fact built in code as strictly as one from outside, and bring its times into canonical form.

    Raises FactError when a field, a code, a subject kind or a time is wrong.
    """
    entry = REGISTER.get(stated.kind)
    if entry is None:
        raise FactError(stated.kind, "kind", "no such kind of fact; `quell ledger kinds` lists them")
    stated, when = _on_time(entry, stated)
    body = body_of(stated)
    try:
        _decoder(entry.struct).decode(body)
    except msgspec.ValidationError as error:
        raise _explained(stated.kind, error) from error
    if entry.subject_kind is not None and not stated.subject.startswith(entry.subject_kind + ":"):
        problem = f"is {stated.subject!r}; this kind is about a {entry.subject_kind}, so it starts '{entry.subject_kind}:'"
        raise FactError(stated.kind, "subject", problem)
    check_codes(entry, stated)
    return Checked(entry, stated, when, body)


@cache
def _decoder(struct: type[Fact]) -> msgspec.json.Decoder[Fact]:
    return msgspec.json.Decoder(struct)


def _on_time(entry: FactKind, stated: Fact) -> tuple[Fact, When]:
    """The fact with every time in canonical form, and when it occurred."""
    changes: dict[str, Any] = {}
    for field in ("occurred", "learned_at", *entry.moments):
        text = getattr(stated, field)
        if text is None:
            continue
        try:
            written = canonical(text)
        except (WhenError, TypeError) as error:
            raise FactError(stated.kind, field, str(error)) from error
        if written != text:
            changes[field] = written
    if changes:
        stated = msgspec.structs.replace(stated, **changes)
    try:
        return stated, parse(stated.occurred, stated.zone)
    except WhenError as error:
        raise FactError(stated.kind, "occurred", str(error)) from error


def _explained(kind: str, error: msgspec.ValidationError) -> FactError:
    text = str(error)
    problem, _, path = text.partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    return FactError(kind, field, problem)
