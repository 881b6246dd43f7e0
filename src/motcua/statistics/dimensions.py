"""By what a figure can be told apart: names for columns that every view of the facts has, or some."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.law.errors import BadInput
from motcua.statistics.measures.base import Count, Fact


@dataclass(frozen=True, slots=True)
class Dimension:
    """`column` of the views in `facts`; with `{moment}` in it, of the moment by which the measure falls into the window."""

    name: str
    title: str
    column: str
    facts: frozenset[Fact] = frozenset(Fact)


_DOSSIER = frozenset({Fact.DOSSIER})
_ENTRY = frozenset({Fact.MOVE})

DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("province", "Tỉnh", "province"),
        Dimension("agency", "Cơ quan", "agency"),
        Dimension("level", "Cấp", "agency_level"),
        Dimension("vertical", "Ngành dọc", "vertical"),
        Dimension("sector", "Lĩnh vực", "sector"),
        Dimension("procedure", "Thủ tục", "procedure"),
        Dimension("unit", "Phòng", "unit", frozenset({Fact.DOSSIER, Fact.MOVE})),
        Dimension("officer", "Cán bộ", "officer_id", frozenset({Fact.DOSSIER, Fact.MOVE})),
        Dimension("receiving_desk", "Nơi tiếp nhận", "receiving_desk", _DOSSIER),
        Dimension("return_desk", "Nơi trả", "return_desk", _DOSSIER),
        Dimension("channel", "Hình thức nộp", "channel", _DOSSIER),
        Dimension("online", "Trực tuyến", "online", _DOSSIER),
        Dimension("assisted", "Nộp có hỗ trợ", "assisted", _DOSSIER),
        Dimension("service_level", "Mức dịch vụ", "service_level", _DOSSIER),
        Dimension("applicant_kind", "Loại chủ hồ sơ", "applicant_kind", _DOSSIER),
        Dimension("outcome", "Kết quả", "outcome", _DOSSIER),
        Dimension("cause", "Nguyên nhân chậm", "lateness_cause", _DOSSIER),
        Dimension("kind", "Loại việc", "kind", _ENTRY),
        Dimension("way", "Kênh gửi", "way", frozenset({Fact.MESSAGE})),
        Dimension("weekday", "Thứ trong tuần", "weekday", _ENTRY),
        Dimension("hour", "Giờ trong ngày", "hour", _ENTRY),
        Dimension("day", "Ngày", "{moment}_on"),
        Dimension("month", "Tháng", "{moment}_month"),
        Dimension("period", "Tháng báo cáo (15 đến 14)", "{moment}_period"),
    )
}


def column_of(name: str, count: Count) -> str:
    """Raises BadInput where the measure cannot be told by the dimension."""
    dimension = DIMENSIONS.get(name)
    if dimension is None:
        raise BadInput(f"Không có chiều “{name}”.", field="by")
    if count.fact not in dimension.facts or ("{moment}" in dimension.column and count.moment is None):
        raise BadInput(f"Chỉ tiêu “{count.title}” không tách theo “{dimension.title.lower()}” được.", field="by")
    return dimension.column.format(moment=count.moment)
