"""Who enters which page: every route says so, and the table role × page × answer holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.desk.office import PASSWORD, Clock
from tests.province import MONDAY, START, Province

from motcua.desk import access
from motcua.desk.urls import urlpatterns
from motcua.dossiers import commands as c
from motcua.dossiers.models import PersonalDataView
from motcua.dossiers.services import receive_at_counter, submit_dossier
from motcua.organizations.models import Role
from motcua.organizations.services import appoint

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def _routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        else:
            yield pattern


def test_every_desk_route_declares_who_may_enter() -> None:
    undeclared = [str(route.pattern) for route in urlpatterns if not hasattr(route.callback, "may_enter")]
    assert undeclared == []


def test_every_route_below_can_bo_in_the_whole_program_is_the_desks_or_declares() -> None:
    below = [
        route for route in _routes(get_resolver().url_patterns) if str(route.pattern).startswith(("can-bo", "dang-"))
    ]
    assert len(below) >= len(urlpatterns)
    assert [str(route.pattern) for route in below if not hasattr(route.callback, "may_enter")] == []


def test_only_the_sign_in_pages_are_open_to_everybody() -> None:
    opened = {route.name for route in urlpatterns if route.callback.may_enter == access.OPEN}
    assert opened == {"sign_in", "sign_out"}


ROLES = (
    "counter",
    "case",
    "head",
    "signer",
    "leader",
    "desk_head",
    "admin",
    "postal",
    "commune_counter",
    "commune_case",
)
READERS = {"counter", "case", "head", "signer", "leader", "desk_head"}  # of the department's dossiers
COMMUNE = {"commune_counter", "commune_case"}
RECEIVERS = {"counter", "desk_head", "commune_counter"}

# page → role → expected; roles not named get the page's `else`.
TABLE: list[tuple[str, tuple[object, ...], set[str], int, int]] = [
    # name, arguments ("one" = the department's dossier), who gets 200, what the other readers get, what the rest get
    ("queue", ("dang-giai-quyet",), READERS | COMMUNE, 200, 403),
    ("search", (), READERS | COMMUNE, 200, 403),
    ("reception", (), RECEIVERS, 403, 403),
    ("same_day", (), RECEIVERS, 403, 403),
    ("batch", (), RECEIVERS, 403, 403),
    ("dossier", ("one",), READERS, 404, 403),
    ("papers", ("one",), READERS, 404, 403),
    ("forms", ("one",), READERS, 404, 403),
    ("ledger", ("one",), READERS, 404, 403),
    ("register", (), RECEIVERS | {"admin"}, 403, 403),
    ("review", (), {"admin"}, 403, 403),
    ("simplifications", (), {"head", "leader", "desk_head", "admin"}, 403, 403),
    ("simplification_new", (), {"admin"}, 403, 403),
    ("gaps", (), {"admin"}, 403, 403),
    ("posted", (), set(ROLES), 200, 200),
    ("processes", (), {"admin"}, 403, 403),
    ("process_new", (), {"admin"}, 403, 403),
    ("dossier_process", ("one",), READERS, 404, 403),
]


@pytest.mark.parametrize("role", ROLES)
def test_permission_table(province: Province, sign_in: SignIn, role: str) -> None:
    one = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    ).id
    client = sign_in(role)

    seen = {
        name: client.get(
            reverse(f"desk:{name}", args=[one if part == "one" else part for part in arguments])
        ).status_code
        for name, arguments, *_ in TABLE
    }

    readers = READERS | COMMUNE
    expected = {
        name: 200 if role in allowed else (other_readers if role in readers else rest)
        for name, _, allowed, other_readers, rest in TABLE
    }
    assert seen == expected


# Which moves each role may open on an accepted dossier of the department.
MOVES = {
    "counter": {"chuyen-buoc", "de-nghi-rut"},
    "desk_head": {"ky-nhan-ho-so", "chuyen-buoc", "de-nghi-rut", "yeu-cau-bo-sung", "nghia-vu-tai-chinh", "tam-dung", "gia-han", "hen-lai",
                  "ket-qua", "tra-lai", "dung", "dinh-chinh", "khong-cho-rut", "cho-rut"},
    "case": {"ky-nhan-ho-so", "chuyen-buoc", "yeu-cau-bo-sung", "nghia-vu-tai-chinh", "ket-qua"},
    "head": {"ky-nhan-ho-so", "chuyen-buoc", "yeu-cau-bo-sung", "nghia-vu-tai-chinh", "tam-dung", "gia-han", "hen-lai",
             "ket-qua", "tra-lai", "dung", "dinh-chinh", "khong-cho-rut", "cho-rut"},
    "signer": {"tam-dung", "gia-han", "hen-lai", "ket-qua", "tra-lai", "dung", "khong-cho-rut", "cho-rut"},
    "leader": set(),
}  # fmt: skip


@pytest.mark.parametrize("role", [*MOVES, "commune_counter", "admin"])
def test_moves_open_only_for_their_roles(province: Province, sign_in: SignIn, role: str) -> None:
    from motcua.desk.moves import SLUGS

    one = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    ).id
    client = sign_in(role)

    answers = {slug: client.get(reverse("desk:move", args=[one, slug])).status_code for slug in SLUGS.values()}

    if role == "commune_counter":
        assert set(answers.values()) == {404}
    elif role == "admin":
        assert set(answers.values()) == {403}
    else:
        # A hand-over before the result can be tried by the desk: it is refused on record.
        tried = {"tra-ket-qua"} if role in ("counter", "desk_head") else set()
        assert {slug for slug, code in answers.items() if code == 200} == MOVES[role] | tried
        assert {code for slug, code in answers.items() if slug not in MOVES[role] | tried} <= {403, 409}


def test_another_agencys_dossier_is_not_found_however_asked(province: Province, sign_in: SignIn) -> None:
    one = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    client = sign_in("commune_counter")

    answers = [
        client.get(reverse("desk:dossier", args=[one])),
        client.post(reverse("desk:full_view", args=[one]), {"purpose": "xem"}),
        client.post(reverse("desk:move", args=[one, "tiep-nhan"]), {"expected_seq": 1}),
        client.get(reverse("desk:paper_file", args=[one, 1])),
        client.post(reverse("desk:send_code", args=[one])),
        client.get(reverse("desk:dossier", args=[10**9])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert not PersonalDataView.objects.exists()


def test_without_sign_in_every_page_leads_to_it(province: Province, clock: Clock) -> None:
    answer = Client().get(reverse("desk:queue", args=["qua-han"]))

    assert (answer.status_code, answer.url) == (302, "/dang-nhap/?next=%2Fcan-bo%2Fdanh-sach%2Fqua-han%2F")


def test_sign_in_with_password_leads_to_the_queue_and_out_again(province: Province, clock: Clock) -> None:
    user = province.officers["case"].user
    user.set_password(PASSWORD)
    user.save()
    client = Client()

    wrong = client.post("/dang-nhap/", {"username": "case", "password": "sai"})
    assert wrong.status_code == 200
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in wrong.content.decode()
    right = client.post("/dang-nhap/", {"username": "case", "password": PASSWORD}, follow=True)
    assert right.redirect_chain[-1][0] == "/can-bo/danh-sach/viec-cua-toi/"
    out = client.post("/dang-xuat/", follow=True)
    assert out.redirect_chain[-1][0] == "/dang-nhap/"
    assert client.get("/can-bo/").status_code == 302


def test_ten_wrong_passwords_lock_the_name(province: Province, clock: Clock) -> None:
    user = province.officers["case"].user
    user.set_password(PASSWORD)
    user.save()
    client = Client()

    codes = [client.post("/dang-nhap/", {"username": "case", "password": "sai"}).status_code for _ in range(10)]
    locked = client.post("/dang-nhap/", {"username": "case", "password": PASSWORD})

    assert codes[-1] == 429
    assert locked.status_code == 429
    assert "chờ 15 phút" in locked.content.decode()


def test_a_user_with_two_posts_chooses_one(province: Province, sign_in: SignIn) -> None:
    second = appoint(
        username="case", password=None, full_name="Phạm Thụ Lý", title="Kiêm nhiệm phường", agency=province.commune,
        roles={Role.CASE_OFFICER: province.commune}, valid_from=START,
    )  # fmt: skip
    client = sign_in("case")

    assert client.get("/can-bo/").url == "/can-bo/vi-tri/"
    assert client.post("/can-bo/vi-tri/", {"post": "0"}).status_code == 422
    assert client.post("/can-bo/vi-tri/", {"post": second.pk}).status_code == 302
    page = client.get("/can-bo/", follow=True).content.decode()
    assert "Kiêm nhiệm phường" in page
    assert "Đổi vị trí" in page


def test_a_user_without_a_post_is_told_so(province: Province, clock: Clock) -> None:
    from motcua.identity.models import User

    user = User.objects.create_user("nobody", None, full_name="Không Vị Trí")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/can-bo/")

    assert answer.status_code == 403
    assert "không giữ vị trí công tác nào" in answer.content.decode()
