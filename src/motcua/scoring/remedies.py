"""What would have made a dossier count for a measure: in words, and as facts, so that it can be supposed and scored again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motcua.scoring.definition import Term


@dataclass(frozen=True, slots=True)
class Remedy:
    """`facts`: column → what it would be, as SQL over the columns as they are. `late`: what has happened cannot be undone."""

    words: str
    facts: Mapping[str, str]
    late: bool = False


# What counts a dossier: measure → remedy.
_TO_COUNT = {
    "portal_synced": Remedy("đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia", {"portal_synced": "TRUE"}),
    "received_in_time": Remedy(
        "giải quyết đúng hạn, yêu cầu bổ sung không quá một lần",
        {
            "verdict_instant": "CASE WHEN verdict_instant = 'overdue' THEN 'on_time' ELSE verdict_instant END",
            # Open at the end of the period: what has no due is not late.
            "due_at": "NULL::timestamptz",
            "supplement_rounds": "least(coalesce(supplement_rounds, 0), 1)",
        },
        late=True,
    ),
    "received_in_time_all_rounds": Remedy(
        "giải quyết đúng hạn, yêu cầu bổ sung hoặc hoàn thiện không quá một lần",
        {
            "verdict_instant": "CASE WHEN verdict_instant = 'overdue' THEN 'on_time' ELSE verdict_instant END",
            "due_at": "NULL::timestamptz",
            "supplement_rounds": "0",
            "completion_rounds": "least(coalesce(completion_rounds, 0), 1)",
        },
        late=True,
    ),
    "online_service_received_online": Remedy(
        "nộp trực tuyến và cấp kết quả bản điện tử", {"online": "TRUE", "electronic_result": "TRUE"}, late=True
    ),
    "paid_online": Remedy("thanh toán trực tuyến", {"payment_channel": "'online'"}),
    "procedures_paid_online": Remedy(
        "có ít nhất một hồ sơ của thủ tục thanh toán trực tuyến", {"payment_channel": "'online'"}
    ),
    "electronic_result": Remedy("cấp kết quả bản điện tử", {"electronic_result": "TRUE"}),
    "digitised_both": Remedy(
        "số hóa giấy tờ đầu vào và kết quả", {"digitised_input": "TRUE", "digitised_result": "TRUE"}
    ),
    "reused_paper": Remedy("dùng lại ít nhất một giấy tờ đã số hóa", {"reused_paper": "TRUE"}),
    "from_personal_store": Remedy(
        "lấy giấy tờ từ hoặc trả kết quả vào kho dữ liệu điện tử cá nhân", {"from_personal_store": "TRUE"}
    ),
    "citizen_data_used": Remedy("tra cứu dữ liệu dân cư khi xử lý", {"population_db_used": "TRUE"}),
    "procedures_citizen_data_used": Remedy(
        "tra cứu dữ liệu dân cư ở ít nhất một hồ sơ của thủ tục", {"population_db_used": "TRUE"}
    ),
}
_IN_TIME = {
    f"verdict_{rule}": f"CASE WHEN verdict_{rule} = 'overdue' THEN 'on_time' ELSE verdict_{rule} END"
    for rule in ("date", "instant")
}
# What no longer takes a dossier off, or no longer counts as a failure.
_TO_SPARE = {
    "received_disliked": Remedy("không bị chê", {"rating": "NULL::smallint"}, late=True),
    "late": Remedy("giải quyết đúng hạn", _IN_TIME | {"due_at": "NULL::timestamptz"}, late=True),
    "open_overdue": Remedy("giải quyết đúng hạn", {"due_at": "NULL::timestamptz"}, late=True),
    "finished_overdue": Remedy("giải quyết đúng hạn", _IN_TIME, late=True),
    "finished_overdue_instant": Remedy("giải quyết đúng hạn", _IN_TIME, late=True),
}


def remedy_of(numerator: Sequence[Term], *, spare: bool = False) -> Remedy | None:
    """Of all the terms together, or with `spare` of failures that are counted; None where nobody has said what would do it."""
    found = [(_TO_SPARE if spare or term.sign < 0 else _TO_COUNT).get(term.measure) for term in numerator]
    if not found or None in found:
        return None
    parts = [one for one in found if one is not None]
    facts: dict[str, str] = {}
    for part in parts:
        facts |= part.facts
    return Remedy(", ".join(part.words for part in parts), facts, late=any(part.late for part in parts))
