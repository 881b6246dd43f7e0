"""The shipped index of Decision 766: a month computed by hand, and what its versions say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from motcua.law.errors import BadInput
from motcua.scoring.definition import Group
from motcua.scoring.rules import Numbers
from motcua.scoring.score import Status, score
from motcua.scoring.shown import cents
from motcua.scoring.versions import index_set_of, shipped

# A department: 400 received, 360 in time; every figure is there. Computed on paper from the formulas of the index.
MONTH: Numbers = {
    "procedures_published": 12, "procedures_published_in_time": 9, "procedures_listed_in_time": 12,
    "procedures_listed": 120, "procedures_content_full": 114,
    "received": 400, "portal_synced": 380, "portal_synced_unknown": 0,
    "received_in_time": 360, "received_in_time_unknown": 0, "received_disliked": 12,
    "resolving_seconds": 86_400_000, "resolved": 250,
    "services_online": 90, "procedures_in_force": 120, "services_received_online": 45,
    "received_online_service": 300, "online_service_received_online": 120, "online_service_unknown": 0, "service_level_unknown": 0,
    "obliged": 160, "paid_online": 100, "payment_unknown": 0, "obligation_unknown": 0,
    "procedures_obliged": 30, "procedures_paid_online": 21, "procedures_payment_unknown": 0, "procedures_obligation_unknown": 0,
    "procedures_with_fee": 40, "procedures_payment_integrated": 36,
    "result_paper_due": 200, "electronic_result": 190, "electronic_result_unknown": 0, "result_paper_unknown": 0,
    "digitised_both": 205, "digitised_both_unknown": 0,
    "reused_paper": 100, "reused_paper_unknown": 0, "from_personal_store": 60, "from_personal_store_unknown": 0,
    "received_of_citizens": 350, "citizen_data_used": 280, "citizen_data_unknown": 0, "applicant_unknown": 0,
    "procedures_of_citizens": 50, "procedures_citizen_data_used": 35, "procedures_citizen_data_unknown": 0,
    "procedures_applicant_unknown": 0,
    "communes": 100, "communes_certifying_electronically": 80,
    "petitions_answered": 8, "petitions_answered_in_time": 7, "petitions_rated": 0, "petitions_satisfied": 0,
    "petitions_on_procedures": 5, "petitions_on_staff": 1,
}  # fmt: skip

BY_HAND = {
    "PUBLISH_ON_TIME": "4.50",  # 6 × 9/12
    "PUBLIC_UPDATE_ON_TIME": "4.00",
    "PUBLIC_CONTENT_FULL": "1.90",  # 2 × 114/120
    "DOSSIER_SYNC": "5.70",  # 6 × 380/400
    "2.1": "18.00",  # 20 × 360/400
    "2.2": "0.00",
    "3.A": "1.88",  # 2 × 0,75/0,80 = 1,875
    "3.B": "2.00",  # 4 × 45/90
    "3.C": "4.56",  # 6 × (120/300 × 380/400) / 0,50
    "4.A": "3.75",  # 6 × 100/160
    "4.B": "1.75",  # 2 × 0,70/0,80
    "4.C": "2.00",  # 90 % is above 80 %
    "ORIGINAL_RESULT_AVAILABLE": "5.70",  # 6 × 190/200
    "SO_HOA_GIAY_TO_GIAI_QUYET": "3.28",  # 4 × 205/250
    "REUSED_DIGITIZED_DATA": "0.63",  # 2 × 0,25/0,80 = 0,625
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": "0.60",  # 4 × 60/400
    "CITIZEN_DATA_CONNECTED_DOSSIER": "1.60",  # 2 × 280/350
    "CITIZEN_DATA_CONNECTED_FORMALITY": "1.40",  # 2 × 35/50
    "ELECTRONIC_CERTIFIED_COPY": "2.00",  # not applicable to a department: the declared maximum
    "PETITION_PROCESSING_ON_TIME": "5.25",  # 6 × 7/8
    "PETITION_HANDLING_SATISFACTION": "6.00",  # nobody rated: the maximum
    "DOSSIER_RECEIVING_SATISFACTION": "5.80",  # 6 × (90 % - 3 %) / 90 %
    "PETITION_CLASSIFICATION_TTHC": "0.00",
    "PETITION_CLASSIFICATION_STAFF": "0.00",
}
GROUPS = {"1": "16.10", "2": "18.00", "3": "8.44", "4": "7.50", "5": "15.21", "6": "17.05"}


def test_a_month_of_a_department_by_hand() -> None:
    found = score(index_set_of("qd766", date(2026, 9, 30)), "department", MONTH)
    assert {one.criterion.code: Decimal(cents(one.points)) / 100 for one in found.criteria} == {
        code: Decimal(text) for code, text in BY_HAND.items()
    }
    assert {code: Decimal(cents(group.points)) / 100 for code, group in found.groups.items()} == {
        code: Decimal(text) for code, text in GROUPS.items()
    }
    # The exact sum is 82,29; the groups as they are shown would make 82,30.
    assert (cents(found.total.points), found.band, found.total.missing) == (8229, "Tốt", 0)


def test_the_province_is_scored_by_its_communes() -> None:
    found = score(index_set_of("qd766", date(2026, 9, 30)), "province", MONTH)
    scored = found.of("ELECTRONIC_CERTIFIED_COPY")
    assert scored is not None
    assert (scored.status, cents(scored.points)) == (Status.KNOWN, 160)


def test_nothing_known_is_not_zero() -> None:
    found = score(index_set_of("qd766", date(2026, 9, 30)), "commune", {})
    assert (found.total.points, found.total.low, found.total.high) == (2, 2, 100)
    assert (found.band, found.total.missing) == (None, 20)


def test_each_version_has_its_days() -> None:
    versions = [one for one in shipped() if one.index == "qd766"]
    assert [(one.version, one.valid_from, one.valid_to) for one in versions] == [
        ("2022", date(2022, 6, 23), date(2026, 1, 1)),
        ("2026", date(2026, 1, 1), None),
    ]
    assert index_set_of("qd766", date(2025, 12, 31)).version == "2022"
    assert index_set_of("qd766", date(2026, 1, 1)).version == "2026"


def test_an_index_or_a_day_without_a_version() -> None:
    with pytest.raises(BadInput, match="Không có bộ chỉ số “par”; có: qd766"):
        index_set_of("par", date(2026, 1, 1))
    with pytest.raises(
        BadInput, match="kỳ kết thúc ngày 31/12/2021; có bản 2022 áp dụng từ 23/06/2022 đến 31/12/2025; bản 2026"
    ):
        index_set_of("qd766", date(2021, 12, 31))


def test_groups_are_those_of_the_decision_and_the_annex_marks_what_was_not_seen() -> None:
    for one in shipped():
        assert [int(group.points) for group in one.criteria] == [18, 20, 12, 10, 22, 18]
        assert all(isinstance(group, Group) and group.confirmed for group in one.criteria)
    annex, portal = shipped()
    assert {leaf.code for leaf in annex.leaves() if leaf.confirmed} == {
        "PUBLIC_UPDATE_ON_TIME",
        "DOSSIER_RECEIVING_SATISFACTION",
    }
    assert {leaf.code for leaf in portal.leaves() if not leaf.confirmed} == {"4.B"}
