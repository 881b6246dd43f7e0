from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from tests.province import build_province

from motcua.law.errors import BadInput
from motcua.notifications.models import OfficerNotice
from motcua.platform import retention
from motcua.platform.jobs import Job, defer_many
from motcua.platform.retention import OWN_FILE, DataClass, clear, read_classes

AT = datetime(2026, 11, 21, 1, tzinfo=UTC)


def of(key: str, tmp_path) -> DataClass:
    return next(known for known in read_classes(tmp_path) if known.key == key)


def test_every_class_has_a_basis_and_says_whether_it_was_confirmed(tmp_path):
    for known in read_classes(tmp_path):
        assert known.basis
        assert known.confirmed is False
        assert known.model or known.note


@pytest.mark.django_db
def test_clear_deletes_exactly_what_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number, age in enumerate([-1, 0, 1, 2, 3]):
        Session.objects.create(session_key=str(number), session_data="", expire_date=AT - timedelta(seconds=age))
    known = of("sessions", tmp_path)

    assert known.expired(AT).count() == 3
    assert clear(known, AT) == 3
    assert sorted(Session.objects.values_list("session_key", flat=True)) == ["0", "1"]


@pytest.mark.django_db
def test_a_reminder_to_an_officer_loses_its_words_and_stays(tmp_path):
    province = build_province()
    for age in (729, 731):
        OfficerNotice.objects.create(
            officer=province.officers["case"], channel="page", stage=f"due-{age}", due_at=AT, body="Hồ sơ sắp đến hạn",
            state="sent", created_at=AT - timedelta(days=age),
        )  # fmt: skip

    assert clear(of("officer_notice_texts", tmp_path), AT) == 1
    assert dict(OfficerNotice.objects.values_list("stage", "body")) == {"due-729": "Hồ sơ sắp đến hạn", "due-731": ""}


@pytest.mark.django_db
def test_finished_jobs_go_and_waiting_ones_stay(tmp_path, note_task):
    done, waiting = defer_many([Job(note_task, {"key": "a"}), Job(note_task, {"key": "b"})])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [done])
        cursor.execute("UPDATE procrastinate_events SET at = %s", [AT - timedelta(days=31)])

    assert clear(of("finished_jobs", tmp_path), AT) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs")
        assert cursor.fetchall() == [(waiting,)]


def test_what_is_kept_is_never_cleared(tmp_path):
    assert clear(of("dossiers", tmp_path), AT) == 0


def test_own_file_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / OWN_FILE).write_text(
        '[[class]]\nkey = "s"\ntitle = "Phiên"\nmodel = "sessions.Session"\nmoment = "expire_date"\ndays = 5\n'
        'action = "delete"\nbasis = "QĐ 1/QĐ-UBND"\nconfirmed = true\n'
    )

    assert [(known.key, known.days, known.confirmed) for known in read_classes(tmp_path)] == [("s", 5, True)]


@pytest.mark.parametrize(
    "broken",
    [
        "[[class",
        "x = 1",
        '[[class]]\nkey = "s"\ntitle = "S"\naction = "burn"\nbasis = "b"\nconfirmed = true',
        '[[class]]\nkey = "s"\ntitle = "S"\naction = "delete"\nbasis = "b"\nconfirmed = true\nmodel = "no.Model"',
        '[[class]]\nkey = "s"\ntitle = "S"\naction = "delete"\nbasis = "b"\nconfirmed = true\nmodel = "sessions.Session"\nmoment = "nope"',
        '[[class]]\nkey = "s"\naction = "keep"',
    ],
)
def test_own_file_that_cannot_be_read_is_refused(tmp_path, broken):
    (tmp_path / OWN_FILE).write_text(broken)

    with pytest.raises(BadInput, match=OWN_FILE):
        read_classes(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = @", "dòng 1, cột 5: không phải TOML"),
        ("[[class", "cuối tệp: không phải TOML"),
        ("", "chưa có nhóm dữ liệu nào"),
        ("class = 3", "chưa có nhóm dữ liệu nào"),
        ('[[class]]\nkey = "s"', "nhóm s: thiếu title, cần chữ"),
        ("[[class]]\n", r"nhóm \(không có key\): thiếu key"),
        ('{}days = "x"', "nhóm s: days đang là 'x', cần số ngày"),
        ("{}days = -1", "nhóm s: days đang là -1, cần từ 0 đến 36500"),
        ("{}days = 99999999999", "nhóm s: days đang là 99999999999, cần từ 0 đến 36500"),
        ("{}dayz = 3", "nhóm s: không có mục nào tên dayz; có: key, title"),
        ('{}model = "no.Model"\nmoment = "x"', "nhóm s: model “no.Model” không có trong chương trình"),
        ('{}model = "sessions.Session"\nmoment = "nope"', "nhóm s: moment “nope”"),
        ("{}", "nhóm s: thiếu model, cần có khi action không phải keep"),
        ('{}model = "dossiers.Dossier"\nmoment = "received_at"', "dossiers.Dossier không được xóa"),
    ],
)
def test_a_fault_of_the_own_file_is_named_in_vietnamese(tmp_path, text, words):
    shape = '[[class]]\nkey = "s"\ntitle = "S"\naction = "delete"\nbasis = "b"\nconfirmed = true\n'
    (tmp_path / OWN_FILE).write_text(text.format(shape))

    with pytest.raises(BadInput, match=words) as refused:
        read_classes(tmp_path)

    assert refused.value.message.startswith(str(tmp_path / OWN_FILE))


def test_own_file_that_is_a_folder_or_no_text_is_refused(tmp_path):
    (tmp_path / OWN_FILE).mkdir()
    with pytest.raises(BadInput, match="đây là thư mục, cần một tệp"):
        read_classes(tmp_path)

    (tmp_path / OWN_FILE).rmdir()
    (tmp_path / OWN_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="byte 1: không phải chữ mã hóa UTF-8"):
        read_classes(tmp_path)
