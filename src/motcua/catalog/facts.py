"""What is known of one procedure, as plain data: made by `reading` from a portal record, stored by `services`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ChannelFact:
    """`channel` is `online`, `counter` or `post`; `amount` None = no limit, or one that waits for review."""

    channel: str
    amount: int | None
    unit: str
    condition: str
    limit_text: str
    fee_vnd: int | None
    fee_text: str


@dataclass(frozen=True, slots=True)
class PaperFact:
    """Counts None = the source does not say plainly."""

    case: str
    name: str
    form_name: str
    originals: int | None
    copies: int | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something that could not be read. `field` is `kind` or `kind:0,1,2`, the positions of the rows it touches.

    `suggestion` holds the values to set on those rows, for example `{"amount": 3, "unit": "working_day"}`.
    """

    field: str
    text: str
    reason: str
    suggestion: dict[str, object] | None = None

    @property
    def kind(self) -> str:
        return self.field.partition(":")[0]


@dataclass(frozen=True, slots=True)
class ProcedureFacts:
    """`content_hash` is over the whole source record, prose included; the two texts may be left out (empty)."""

    code: str
    name: str
    sector: str
    content_hash: str
    decision_number: str = ""
    levels: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    competent_agency: str = ""
    performing_agency: str = ""
    sets: int | None = None
    has_steps: bool = False
    has_conditions: bool = False
    steps_text: str = ""
    conditions_text: str = ""
    channels: tuple[ChannelFact, ...] = ()
    papers: tuple[PaperFact, ...] = ()
    results: tuple[tuple[str, str], ...] = ()
    """(name, code) of each kind of result."""
    grounds: tuple[tuple[str, str], ...] = ()
    """(number, title) of each legal document."""
    doubts: tuple[Doubtful, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", (), None, False)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ProcedureFacts:
        """The reverse of `as_json`; raises TypeError on an unknown or missing key."""
        made: dict[str, Any] = dict(data)
        for name, kind in (("channels", ChannelFact), ("papers", PaperFact), ("doubts", Doubtful)):
            made[name] = tuple(kind(**row) for row in data.get(name, ()))
        for name in ("levels", "audience"):
            made[name] = tuple(data.get(name, ()))
        for name in ("results", "grounds"):
            made[name] = tuple((row[0], row[1]) for row in data.get(name, ()))
        return cls(**made)
