"""What is known of open dossiers at a moment, as columns; the features made of it; and the words for them. Pure.

Two kinds of knowledge, both from before the moment: the state (time left, the step, who has it, how much lies there) as it was
in that very minute, and `Known`, what the agency's past had taught by the last count (shares, rates, how long it takes from a
step to the result).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from motcua.processes.risk.learn import Numbers

DAY = 480.0
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """One row a dossier and moment. Ids are 0 for none; minutes are working minutes of the agency's calendar.

    left: to the due known then.  elapsed: since the step was opened.  step_left: to the step's own due (large where none).
    allotted: of the step.  load: open steps of its officer, or of its role and agency where nobody has it.
    agency_open: open dossiers of the agency.  visits: how often this step had been opened before.
    """

    dossier: Ids
    agency: Ids
    procedure: Ids
    place: Ids
    officer: Ids
    month: Ids
    left: Numbers
    elapsed: Numbers
    allotted: Numbers
    step_left: Numbers
    load: Numbers
    agency_open: Numbers
    rounds: Numbers
    visits: Numbers
    online: Numbers
    elsewhere: Numbers

    def __len__(self) -> int:
        return len(self.dossier)

    def take(self, which: npt.NDArray[Any]) -> Rows:
        return Rows(**{spec.name: getattr(self, spec.name)[which] for spec in fields(self)})


@dataclass(frozen=True)
class Known:
    """What the past had taught by a moment.

    late_share by (agency, procedure), by agency, and of all.  officer_rate: steps finished a working day; agency_rate: dossiers.
    to_result by place (process and step): working minutes from the opening of the step to the result, median and 80th percentile.
    """

    late_all: float
    late_agency: Mapping[int, float]
    late_procedure: Mapping[tuple[int, int], float]
    officer_rate: Mapping[int, float]
    agency_rate: Mapping[int, float]
    to_result: Mapping[int, tuple[float, float]]


GROUPS = (
    "left", "left", "need", "need", "need", "need", "load", "load", "backlog", "procedure", "rounds", "channel", "elsewhere",
    "step", "step", "redo",
    *("season",) * 12,
)  # fmt: skip
SEASON = [place for place, group in enumerate(GROUPS) if group == "season"]
_SOME = 0.05


@dataclass(frozen=True)
class Read:
    """The features, and the plain figures that the words use."""

    columns: Numbers
    need: Numbers
    load_days: Numbers
    backlog_days: Numbers
    share: Numbers


def time_left(rows: Rows) -> Numbers:
    """The columns that know the time left and nothing else, with room to bend: what a model must beat."""
    days = np.clip(rows.left / DAY, 0.0, 40.0)
    return np.column_stack([days, np.log1p(np.clip(rows.left, 0, None) / 60.0), days**2 / 40.0])


def read(rows: Rows, known: Known) -> Read:
    """Raises nothing: what is not known yet stands at the value of an average dossier."""
    left = np.clip(rows.left, 0.0, None)
    days = np.clip(left / DAY, 0.0, 40.0)
    middle, slow = _to_result(rows, known)
    need = np.maximum(middle - rows.elapsed, 0.15 * middle)
    need_slow = np.maximum(slow - rows.elapsed, 0.15 * slow)
    officer_rate = _looked_up(rows.officer, known.officer_rate, 4.0)
    load_days = rows.load / np.maximum(officer_rate, _SOME)
    backlog_days = rows.agency_open / np.maximum(_looked_up(rows.agency, known.agency_rate, 5.0), _SOME)
    share = np.array([
        known.late_procedure.get((agency, procedure), known.late_agency.get(agency, known.late_all))
        for agency, procedure in zip(rows.agency.tolist(), rows.procedure.tolist(), strict=True)
    ])  # fmt: skip
    bounded = np.clip(share, 0.005, 0.995)
    months = np.zeros((len(rows), 12))
    months[np.arange(len(rows)), rows.month - 1] = 1.0
    columns = np.column_stack([
        days,
        np.log1p(left / 60.0),
        np.clip((left - need) / DAY, -20.0, 20.0),
        np.log((need + 60.0) / (left + 60.0)),
        np.log((need_slow + 60.0) / (left + 60.0)),
        np.log((rows.elapsed + 60.0) / (middle + 60.0)),
        np.log1p(load_days),
        np.log1p(load_days) - np.log1p(days),
        np.log1p(backlog_days),
        np.log(bounded / (1 - bounded)),
        np.clip(rows.rounds, 0, 3),
        rows.online,
        rows.elsewhere,
        (rows.step_left < 0).astype(float),
        np.log1p(np.clip(-rows.step_left, 0.0, None) / 60.0),
        np.clip(rows.visits, 0, 3),
        months,
    ]) if len(rows) else np.zeros((0, len(GROUPS)))  # fmt: skip
    return Read(columns, need, load_days, backlog_days, share)


def _to_result(rows: Rows, known: Known) -> tuple[Numbers, Numbers]:
    """Median and 80th percentile from the step's opening to the result; of a step never seen, its allotted time."""
    found = [known.to_result.get(place) for place in rows.place.tolist()]
    middle = np.array([pair[0] if pair else own for pair, own in zip(found, rows.allotted.tolist(), strict=True)])
    slow = np.array([pair[1] if pair else own for pair, own in zip(found, rows.allotted.tolist(), strict=True)])
    return middle.astype(float), slow.astype(float)


def _looked_up(ids: Ids, table: Mapping[int, float], otherwise: float) -> Numbers:
    return np.array([table.get(id_, otherwise) for id_ in ids.tolist()], dtype=float)


def words(rows: Rows, read: Read, parts: Numbers, row: int, most: int = 3) -> tuple[str, ...]:
    """The reasons that raise the risk of a row above an average dossier's, strongest first, with their figures."""
    added: dict[str, float] = {}
    for group, part in zip(GROUPS, parts[row].tolist(), strict=True):
        added[group] = added.get(group, 0.0) + part
    # Time left and the time still needed are one story.
    added["need"] += added.pop("left")
    said: list[str] = []
    for group in sorted(added, key=lambda group: -added[group]):
        if added[group] < 0.15 or len(said) == most:
            break
        text = _text(group, rows, read, row)
        if text:
            said.append(text)
    return tuple(said)


def _text(group: str, rows: Rows, read: Read, row: int) -> str:
    match group:
        case "need":
            left = f"còn {_days(rows.left[row])} làm việc"
            # With plenty of time beside it the need explains nothing.
            tight = read.need[row] > 0.5 * rows.left[row]
            return f"{left}, từ bước này thường cần {_days(read.need[row])} nữa" if tight else left
        case "load":
            who = "người đang giữ" if rows.officer[row] else "bước này"
            return f"{who} có {rows.load[row]:.0f} việc đang chờ, khoảng {_days(read.load_days[row] * DAY)} làm"
        case "backlog":
            return (
                f"cơ quan đang có {rows.agency_open[row]:.0f} hồ sơ, khoảng {_days(read.backlog_days[row] * DAY)} làm"
            )
        case "procedure":
            return f"thủ tục này ở đây từng trễ {_percent(read.share[row])}"
        case "rounds":
            return f"đã bổ sung {rows.rounds[row]:.0f} lần" if rows.rounds[row] else ""
        case "channel":
            return "" if rows.online[row] else "hồ sơ giấy"
        case "elsewhere":
            return "đang chờ cơ quan khác" if rows.elsewhere[row] else ""
        case "step":
            return f"bước đã quá hạn {_days(-rows.step_left[row])}" if rows.step_left[row] < 0 else ""
        case "redo":
            return "bước bị trả lại làm lại" if rows.visits[row] else ""
        case _:
            return f"tháng {rows.month[row]} thường trễ hơn"


def _days(minutes: float) -> str:
    if minutes < DAY:
        return f"{max(1, round(minutes / 60))} giờ"
    return f"{minutes / DAY:.1f} ngày".replace(".", ",").replace(",0 ", " ")


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
