"""The one-time code: sent to the submitter's phone, hashed, five tries, fifteen minutes, used once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.desk.office import Clock
from tests.province import MONDAY, Province, result

from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, LedgerEntry, OneTimeCode
from motcua.dossiers.one_time_codes import CodeNotSent, WrongCode, check_one_time_code, request_one_time_code
from motcua.dossiers.services import give_command, receive_at_counter

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(province: Province, clock: Clock) -> Dossier:
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    give_command(
        moved.id,
        c.Resolve(result(signed_on=MONDAY.date())),
        actor=province.actor("case"),
        at=MONDAY + timedelta(minutes=5),
    )
    return Dossier.objects.select_related("submitter").get(pk=moved.id)


def code_of(text: str) -> str:
    found = re.search(r"là (\d{6}),", text)
    assert found
    return found[1]


def test_code_is_kept_only_as_a_mark_and_counts_once(waiting: Dossier) -> None:
    asked = request_one_time_code(waiting, at=MONDAY)
    code = code_of(asked.text)

    stored = OneTimeCode.objects.get()
    assert code.encode() not in bytes(stored.digest)
    assert (asked.phone, asked.masked_phone) == ("0905123456", "090•••3456")
    assert check_one_time_code(waiting, f" {code[:3]} {code[3:]}", at=MONDAY) == f"code:{stored.pk}"
    with pytest.raises(WrongCode):
        check_one_time_code(waiting, code, at=MONDAY)


def test_five_wrong_tries_end_the_code(waiting: Dossier) -> None:
    code = code_of(request_one_time_code(waiting, at=MONDAY).text)
    wrong = "000000" if code != "000000" else "000001"

    said = []
    for _ in range(5):
        with pytest.raises(WrongCode) as error:
            check_one_time_code(waiting, wrong, at=MONDAY)
        said.append(error.value.message)

    assert [message.split(". ", 1)[1] for message in said[:4]] == [f"Còn {left} lần thử." for left in (4, 3, 2, 1)]
    assert "bị khóa" in said[4]
    with pytest.raises(WrongCode):
        check_one_time_code(waiting, code, at=MONDAY)


def test_code_ends_after_fifteen_minutes_and_when_a_new_one_is_sent(waiting: Dossier) -> None:
    first = code_of(request_one_time_code(waiting, at=MONDAY).text)
    with pytest.raises(WrongCode):
        check_one_time_code(waiting, first, at=MONDAY + timedelta(minutes=15))
    with pytest.raises(CodeNotSent):
        request_one_time_code(waiting, at=MONDAY + timedelta(seconds=29))
    second = code_of(request_one_time_code(waiting, at=MONDAY + timedelta(seconds=31)).text)
    if first != second:
        with pytest.raises(WrongCode):
            check_one_time_code(waiting, first, at=MONDAY + timedelta(minutes=1))
    check_one_time_code(waiting, second, at=MONDAY + timedelta(minutes=1))


def test_no_code_without_a_phone_or_before_the_result(province: Province, waiting: Dossier) -> None:
    other = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    with pytest.raises(CodeNotSent):
        request_one_time_code(Dossier.objects.get(pk=other.id), at=MONDAY)
    waiting.submitter.phone = ""
    with pytest.raises(CodeNotSent):
        request_one_time_code(waiting, at=MONDAY)
    assert not OneTimeCode.objects.exists()


def test_hand_over_by_code_through_the_pages(
    waiting: Dossier, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from motcua.notifications.providers.outbox_file import OutboxFile

    box = tmp_path / "messages.jsonl"
    monkeypatch.setattr("motcua.desk.views.move.providers", lambda: {"sms": OutboxFile(box)})
    client = sign_in("counter")
    page = f"/can-bo/ho-so/{waiting.pk}/viec/tra-ket-qua/"

    sent = client.post(f"/can-bo/ho-so/{waiting.pk}/gui-ma/", follow=True)
    assert "Đã gửi mã tới số 090•••3456" in sent.content.decode()
    message = json.loads(box.read_text())
    code = code_of(message["body"])
    assert message["to"] == "0905123456"
    assert code not in sent.content.decode()
    typed = {"expected_seq": waiting.seq, "receiver": "Nguyễn Thị Hòa", "proof": "one_time_code"}
    wrong = client.post(page, typed | {"one_time_code": "12345"})
    assert wrong.status_code == 422
    assert "Mã chưa đúng. Còn 4 lần thử." in wrong.content.decode()
    right = client.post(page, typed | {"one_time_code": code})
    assert right.status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "handed_over"
    data = LedgerEntry.objects.get(seq=waiting.seq).data["data"]
    assert (data["proof"], data["reference"]) == ("one_time_code", f"code:{OneTimeCode.objects.get().pk}")
