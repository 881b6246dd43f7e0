"""The pages that look ahead: who enters, what they show without script, their faults, and the risk in the lists."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.office import Clock
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province

from motcua.dossiers import commands as c
from motcua.dossiers.services import receive_at_counter
from motcua.processes.models import RiskModel
from motcua.processes.risk.learn import Logistic
from motcua.processes.risk.rows import GROUPS, Known
from motcua.processes.risk.training import known_json

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
PAGES = ("simulation", "risk", "what_if")


def receive(province: Province) -> int:
    intake = province.intake(channel="counter")
    return receive_at_counter(intake, c.Accept(), actor=province.actor("counter"), at=MONDAY).id


def keep_model(*, shown: bool, always: float = 3.0) -> RiskModel:
    weights = np.zeros(len(GROUPS) + 1)
    weights[1 + GROUPS.index("need")] = 0.5
    logistic = Logistic(np.full(len(GROUPS), -1.0), np.ones(len(GROUPS)), weights, 1.0, always)
    bins = [{"count": 10, "said": 0.1, "was": 0.2}, {"count": 10, "said": 0.8, "was": 0.7}]
    proof = {
        "auc": 0.84, "auc_time": 0.75, "brier": 0.12, "brier_time": 0.16, "dossiers": 321, "rows": 20, "late": 0.2,
        "from": "2026-08-01", "to": "2026-11-01", "calibration": bins, "calibration_time": bins,
    }  # fmt: skip
    content = {"logistic": logistic.as_json(), "known": known_json(Known(0.1, {}, {}, {}, {}, {}))}
    number = RiskModel.objects.count() + 1
    return RiskModel.objects.create(
        agency=None,
        number=number,
        trained_at=MONDAY + timedelta(seconds=number),
        cut_at=MONDAY,
        content=content,
        proof=proof,
        shown=shown,
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("head", 200), ("leader", 200), ("admin", 200), ("desk_head", 200), ("case", 403), ("counter", 403)],
)
def test_who_plans_the_work_of_others_may_look_ahead(
    province: Province, sign_in: SignIn, role: str, status: int
) -> None:
    client = sign_in(role)
    assert [client.get(reverse(f"desk:{page}")).status_code for page in PAGES] == [status] * 3
    assert client.get(reverse("desk:what_if_table")).status_code == (422 if status == 200 else 403)


def test_empty_pages_say_what_will_stand_there(province: Province, sign_in: SignIn) -> None:
    client = sign_in("head")
    for page, said in zip(PAGES, ("Chưa có mô phỏng nào", "Chưa học lần nào", "Chưa hỏi gì"), strict=True):
        assert said in client.get(reverse(f"desk:{page}")).content.decode()


def test_a_simulation_is_a_table_first(province: Province, sign_in: SignIn) -> None:
    publish(province, line(step("appraise", "Thẩm định", minutes=600)))
    asked = {
        "agency": "H32.16 Sở Xây dựng",
        "procedure": "1.001193",
        "per_day": "3",
        "since": "2026-11-02",
        "to": "2026-11-27",
    }
    answer = sign_in("head").get(reverse("desk:simulation"), asked)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Thẩm định" in page
    assert "Thêm một cán bộ thụ lý" in page
    assert "giả định" in page
    chart = json.loads(page.split('id="wait-chart" type="application/json">')[1].split("</script>")[0])
    assert chart["categories"] == [step["name"] for step in answer.context["steps"]]
    assert page.index("data-chart") < page.index("Giờ làm việc chờ và làm ở từng bước")
    again = sign_in("head").get(reverse("desk:simulation"), asked)
    assert again.context["changes"] == answer.context["changes"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"agency": ""}, "Cần nêu mã cơ quan."),
        ({"agency": "H99"}, "Không có cơ quan nào mang mã “H99” trong phạm vi của ông/bà."),
        ({"agency": "H32.101"}, "Không có cơ quan nào mang mã “H32.101” trong phạm vi của ông/bà."),
        ({"agency": "H32.16"}, "không có hồ sơ nào đi theo quy trình nội bộ"),
        ({"agency": "H32.16", "procedure": "9.9"}, "Không có thủ tục nào mang mã “9.9”"),
        ({"agency": "H32.16", "per_day": "-1"}, "Cần một số từ 0,01 đến 10.000."),
        ({"agency": "H32.16", "seed": "-1"}, "Cần một số từ 0 đến 2.147.483.647."),
        ({"agency": "H32.16", "without": "\0"}, "Có ký tự điều khiển không in được; hãy gõ lại ô này."),
        ({"agency": "H32.16", "since": "mai"}, "Không đọc được ngày này."),
    ],
)
def test_a_fault_is_said_on_the_page(province: Province, sign_in: SignIn, asked: dict[str, str], said: str) -> None:
    answer = sign_in("head").get(reverse("desk:simulation"), asked)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_if_lists_before_and_after_and_gives_the_table(province: Province, sign_in: SignIn) -> None:
    receive(province)
    client, asked = sign_in("head"), {"kind": "holiday", "since": "2026-11-18"}
    page = client.get(reverse("desk:what_if"), asked).content.decode()
    assert "1 trong 1 hồ sơ đang mở thay đổi." in page
    assert "19/11/2026" in page
    assert "20/11/2026" in page
    table = client.get(reverse("desk:what_if_table"), asked)
    rows = list(csv.DictReader(io.StringIO(b"".join(table.streaming_content).decode("utf-8-sig"))))
    assert [(row["Hạn hiện nay"], row["Hạn sau thay đổi"]) for row in rows] == [
        ("2026-11-19T09:20+07:00", "2026-11-20T09:20+07:00")
    ]


def test_what_if_of_a_limit_and_of_an_officer(province: Province, sign_in: SignIn) -> None:
    receive(province)
    client = sign_in("head")
    limit = {"kind": "limit", "procedure": "1.001193 Cấp giấy phép", "amount": "1", "unit": "working_day"}
    assert "hạn sớm lên: 1" in client.get(reverse("desk:what_if"), limit).content.decode()
    absent = {"kind": "absent", "officer": str(province.officers["case"].pk), "since": "2026-11-17"}
    assert "Không hồ sơ nào thay đổi" in client.get(reverse("desk:what_if"), absent).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "holiday"}, "Chưa nhập."),
        ({"kind": "limit", "procedure": "1.001193"}, "Chưa nhập."),
        (
            {"kind": "absent", "since": "2026-11-17", "officer": "999999"},
            "Không có cán bộ này trong phạm vi của ông/bà.",
        ),
        ({"kind": "flood"}, "Không có loại thay đổi này."),
        ({"kind": "holiday", "since": "2026-11-18", "to": "2026-11-17"}, "trước ngày đầu"),
        ({"kind": "limit", "procedure": "9.9", "amount": "1"}, "Không có thủ tục nào mang mã “9.9”"),
    ],
)
def test_faults_of_a_supposition_are_said(
    province: Province, sign_in: SignIn, asked: dict[str, str], said: str
) -> None:
    answer = sign_in("head").get(reverse("desk:what_if"), asked)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_more_dossiers_cost_no_more_queries(province: Province, sign_in: SignIn) -> None:
    client, asked = sign_in("head"), {"kind": "holiday", "since": "2026-11-18"}

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("desk:what_if"), asked).status_code == 200
        return len(queries)

    receive(province)
    one = cost()
    receive(province)
    receive(province)
    assert cost() == one


def test_the_risk_page_says_why_it_is_not_shown(province: Province, sign_in: SignIn) -> None:
    keep_model(shown=True)
    client = sign_in("head")
    assert "đang hiển thị" in client.get(reverse("desk:risk")).content.decode()
    model = keep_model(shown=False)
    page = client.get(reverse("desk:risk"), {"mo-hinh": str(model.pk)}).content.decode()
    assert "không hiển thị" in page
    assert "Cần AUC cao hơn ít nhất 0,05" in page
    assert "80,0 %" in page
    assert "calibration-chart" in page


def test_the_list_says_the_risk_only_where_a_model_has_proved_itself(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, line(step("appraise", "Thẩm định", minutes=600)))
    receive(province)
    clock.at = MONDAY + timedelta(hours=1)
    client, page = sign_in("head"), reverse("desk:queue", args=["dang-giai-quyet"])
    assert "Nguy cơ trễ: " not in client.get(page).content.decode()
    keep_model(shown=True)
    assert "Nguy cơ trễ: cao (" in client.get(page).content.decode()
    keep_model(shown=False)
    assert "Nguy cơ trễ: " not in client.get(page).content.decode()
