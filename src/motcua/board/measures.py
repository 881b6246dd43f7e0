"""What the board counts besides the measures that reports share: what is due on a day that has not ended."""

from __future__ import annotations

from motcua.statistics.measures import Count, Measure, measure
from motcua.statistics.measures.base import DOSSIERS, PROVINCE
from motcua.statistics.measures.conditions import in_window, open_at_end

DUE = Count(
    name="due",
    title="Đến hạn trong ngày",
    unit=DOSSIERS,
    definition=(
        "Hồ sơ đang giải quyết, không tạm dừng, có hạn trong ngày; hạn đã qua trong ngày mà chưa xong cũng tính."
    ),
    source=PROVINCE,
    where=lambda t: open_at_end(t) & in_window(t.due_at) & ~t.paused,
    pauses=True,
)
# Counted over the whole window, also the part of it that is still to come.
AHEAD = frozenset({DUE.name})


def board_measure(name: str) -> Measure:
    """Raises BadInput for a name that no measure has."""
    return DUE if name == DUE.name else measure(name)


def counts(*names: str) -> list[Count]:
    found = [board_measure(name) for name in names]
    return [one for one in found if isinstance(one, Count)]
