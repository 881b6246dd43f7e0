"""The command itself: help, faults, settings, the unmigrated database, the server and the worker as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from tests.command import command_here
from tests.ports import lasting_port

from motcua.cli.main import COMMANDS, cli
from motcua.cli.serve import free_port
from motcua.law.errors import BadInput
from motcua.platform.config import Config

MOTCUA = [sys.executable, "-m", "motcua.cli.main"]


def motcua(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MOTCUA, *arguments], capture_output=True, text=True, env=os.environ | settings)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_vietnamese_and_english(name):
    shown = CliRunner().invoke(cli, [name, "--help"])

    assert shown.exit_code == 0, shown.output
    assert any(letter in shown.output for letter in "ạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ")
    assert "In trợ giúp này rồi thoát." in shown.output


def test_the_command_starts_without_django():
    code = "import sys, motcua.cli.main, motcua.cli.due; sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["sreve"], "Không có lệnh 'sreve'. Xem `motcua --help`."),
        (["serve", "--prt", "1"], "Không có tùy chọn --prt (có phải --port?). Xem `motcua serve --help`."),
        (["serve", "--port", "x"], "--port: 'x' không phải là số nguyên. Xem `motcua serve --help`."),
        (["serve", "--port", "0"], "--port: 0 nằm ngoài khoảng 1<=x<=65535. Xem `motcua serve --help`."),
        (["restore"], "Thiếu DIR. Xem `motcua restore --help`."),
        (["check", "x"], "Thừa tham số x. Xem `motcua check --help`."),
        (["bench", "khong-co"], None),
        (["restore", "/khong/co"], "DIR: Không có thư mục '/khong/co'. Xem `motcua restore --help`."),
    ],
)
def test_a_fault_is_one_line_and_exit_2(arguments, line):
    done = motcua(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert (
        line is None
        or done.stderr.strip().replace("python -m motcua.cli.main", "motcua").replace("main.py", "motcua") == line
    )


def test_bad_settings_are_named_one_a_line_without_their_secrets(tmp_path):
    settings = {
        "MOTCUA_HOME": str(tmp_path / "home"),
        "MOTCUA_DATABASE_URL": "mysql://u:bi-mat@h/d",
        "MOTCUA_DATABASE_POOL": "many",
        "MOTCUA_NOW": "hôm qua",
    }
    done = motcua("worker", **settings)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "MOTCUA_DATABASE_URL: phải có dạng postgresql://người-dùng:mật-khẩu@máy:5432/cơ-sở-dữ-liệu.",
        "MOTCUA_DATABASE_POOL: đang là 'many', phải là số nguyên.",
        "MOTCUA_NOW: đang là 'hôm qua', phải là thời điểm ISO 8601 như 2026-11-21T08:00+07:00.",
    ]
    assert not (tmp_path / "home").exists()


def test_secrets_come_from_files(tmp_path):
    (tmp_path / "database_url").write_text("postgresql://x@/no?host=/nowhere\n")
    done = motcua("check", "--json", MOTCUA_SECRETS_DIR=str(tmp_path), MOTCUA_HOME=str(tmp_path / "home"))

    found = {item["setting"]: item for item in json.loads(done.stdout)["findings"]}
    assert found["MOTCUA_DATABASE_URL"]["level"] == "fault"
    assert "/nowhere" in found["MOTCUA_DATABASE_URL"]["text"]


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("MOTCUA_SECRETS_DIR", "/khong/co", "MOTCUA_SECRETS_DIR: không có thư mục /khong/co."),
        ("MOTCUA_SECRET_KEY_FILE", "/khong/co", "MOTCUA_SECRET_KEY: không đọc được tệp /khong/co (không có tệp"),
        ("MOTCUA_DATABASE_URL", "postgresql://u:bi mat@h/x", "dấu cách và ký tự đặc biệt trong mật khẩu viết dạng %20"),
        ("MOTCUA_DATABASE_URL", "postgresql://u:p@[::1/x", "phải có dạng postgresql://"),
        ("MOTCUA_DATABASE_URL", "postgresql://u:p@h:abc/x", "cổng phải là số từ 1 đến 65535"),
        (
            "MOTCUA_PUBLIC_URL",
            "https://x.gov.vn/cong",
            "đang là 'https://x.gov.vn/cong', phải là http:// hoặc https://",
        ),
        ("MOTCUA_PUBLIC_URL", "http://u:p@x.gov.vn", "phải là http:// hoặc https:// rồi đến tên máy"),
        ("MOTCUA_PUBLIC_URL", "http://x.gov.vn:99999", "phải là http:// hoặc https:// rồi đến tên máy"),
        ("MOTCUA_S3_ENDPOINT", "ftp://x", "đang là 'ftp://x', phải bắt đầu bằng http:// hoặc https://."),
        ("MOTCUA_CLAMD", "foo", "đang là 'foo', phải có dạng máy:cổng như localhost:3310, hoặc unix:/đường/dẫn."),
        ("MOTCUA_CLAMD", "h:70000", "phải có dạng máy:cổng"),
        ("MOTCUA_PORTAL_MODE", "x", "đang là 'x', phải là một trong 'own' hoặc 'national'."),
        ("MOTCUA_HOME", "/dev/null", "không tạo được thư mục /dev/null (trên đường dẫn có một tệp ở chỗ cần thư mục)"),
    ],
)
def test_a_bad_setting_is_one_vietnamese_line(tmp_path, setting, value, words):
    done = command_here("", tmp_path / "home", **{setting: value})("check")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert "bi mat" not in done.stderr


def test_several_hosts_of_a_database_are_taken():
    url = "postgresql://u@h1:5432,h2:5433/d?target_session_attrs=read-write"

    assert Config(database_url=url).database_url.get_secret_value() == url


def test_a_day_that_is_none_is_said_without_a_pattern():
    done = motcua("process", "default", "--valid-from", "mai")

    assert done.returncode == 2
    assert "--valid-from: 'mai' không phải ngày dạng năm-tháng-ngày như 2026-11-20." in done.stderr


def test_check_changes_nothing_and_says_what_would_be_made(tmp_path):
    home = tmp_path / "a" / "home"
    fresh = command_here("", home, MOTCUA_SECRET_KEY="")("check", "--json")

    told = {item["setting"]: item["text"] for item in json.loads(fresh.stdout)["findings"]}
    assert fresh.returncode == 0
    assert told["MOTCUA_HOME"].startswith(
        f"Thư mục dữ liệu {home} chưa có, lần chạy đầu tiên sẽ tạo {home.parent}, {home}; ổ đĩa còn "
    )
    assert told["MOTCUA_SECRET_KEY"] == (
        f"Khóa ký phiên làm việc chưa có, lần chạy đầu tiên sẽ tạo {home / 'keys' / 'secret_key'}."
    )
    assert "chưa có, lần chạy đầu tiên sẽ tạo" in told["MOTCUA_DATABASE_URL"]
    assert list(tmp_path.iterdir()) == []


def test_check_of_a_database_makes_no_key(tmp_path):
    """In a process of its own, where the settings are read for the first time."""
    done = motcua(
        "check",
        "--json",
        MOTCUA_HOME=str(tmp_path / "home"),
        MOTCUA_DATABASE_URL="postgresql://x@/no?host=/nowhere",
        MOTCUA_SECRET_KEY="",
    )

    assert [one["setting"] for one in json.loads(done.stdout)["findings"] if one["level"] == "fault"] == [
        "MOTCUA_DATABASE_URL"
    ]
    assert list(tmp_path.iterdir()) == []


def test_check_names_misspelled_and_unfitting_settings(tmp_path):
    done = motcua(
        "check",
        "--json",
        MOTCUA_HOME=str(tmp_path / "home"),
        MOTCUA_PUBLIC_ULR="https://motcua.example.vn",
        MOTCUA_PUBLIC_URL="https://motcua.example.vn",
        MOTCUA_S3_BUCKET="files",
    )

    assert done.returncode == 2
    body = json.loads(done.stdout)
    assert body["ok"] is False
    assert {item["setting"] for item in body["findings"] if item["level"] == "fault"} == {
        "MOTCUA_PUBLIC_ULR",
        "MOTCUA_BEHIND_PROXY",
        "MOTCUA_HOSTS",
        "MOTCUA_S3_BUCKET",
    }


def test_unmigrated_database_of_others_is_refused_and_left_as_it_was(database_server):
    name = "motcua_unmigrated"
    url = database_server.create(name)
    try:
        done = motcua("worker", "--until-empty", MOTCUA_DATABASE_URL=url)

        assert done.returncode == 2
        assert "`motcua migrate`" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    finally:
        database_server.drop(name)


def test_unreachable_database_is_one_line():
    done = motcua("worker", "--until-empty", MOTCUA_DATABASE_URL="postgresql://x@127.0.0.1:1/none")

    assert done.returncode == 2
    assert done.stderr.startswith("Không kết nối được cơ sở dữ liệu của MOTCUA_DATABASE_URL: ")
    assert len(done.stderr.splitlines()) == 1


def test_free_port_takes_the_next_when_one_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port("127.0.0.1", port) > port


@pytest.mark.parametrize("host", ["khong-co.invalid", "256.1.1.1", "203.0.113.1"])
def test_a_host_that_is_not_this_machine_is_not_called_a_taken_port(host):
    with pytest.raises(BadInput, match=f"--host: “{host}” không phải địa chỉ của máy này"):
        free_port(host, 8000)


def test_simulated_agency_says_that_its_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = command_here("", Path("/nowhere"))("outside", "--port", str(port))

    assert (done.returncode, done.stderr) == (2, f"--port: không mở được cổng {port}: đã có chương trình khác dùng.\n")


def test_free_port_refuses_when_none_is_left():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        taken.listen()

        with pytest.raises(BadInput, match="65535"):
            free_port("127.0.0.1", 65535)


def test_serve_answers_takes_the_next_port_and_ends_on_ctrl_c(committed_db):
    with socket.socket() as taken:
        wanted = lasting_port()
        taken.bind(("127.0.0.1", wanted))
        taken.listen()
        process = subprocess.Popen(
            [*MOTCUA, "serve", "--port", str(wanted)],
            env=os.environ | {"MOTCUA_DATABASE_URL": committed_db.url},
            stderr=subprocess.PIPE,
            text=True,
        )
        told = process.stderr.readline()
        url = process.stderr.readline().split()[-1]
    assert told.startswith(f"Cổng {wanted} đã có chương trình khác dùng")

    try:
        body = json.load(_answer(f"{url}/health/ready"))
        for _ in range(5):
            _answer(f"{url}/health/live").read()
        metrics = _answer(f"{url}/metrics").read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert body["status"] == "ok"
    assert 'motcua_requests_total{method="GET",route="health/live",status="200"} 5.0' in metrics
    assert 'motcua_ready{part="database"} 1.0' in metrics
    assert process.returncode == 0


def _answer(url: str) -> Any:
    while True:
        try:
            return urllib.request.urlopen(url, timeout=120)
        except ConnectionError:
            continue
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise


HANG = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
import django
django.setup()
from motcua.platform import jobs

@jobs.task(name="tests.platform.note")
def note(key):
    print("doing", flush=True)
    sys.stdin.read()

jobs.run_worker()
"""


def test_job_of_a_worker_killed_in_the_middle_is_done_by_the_next(committed_db, note_task):
    from motcua.platform.jobs import Job, defer_many, requeue_stalled, run_worker

    defer_many([Job(note_task, {"key": "a"})])
    worker = subprocess.Popen(
        [sys.executable, "-c", HANG],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"MOTCUA_DATABASE_URL": committed_db.url},
    )
    assert worker.stdout.readline() == "doing\n"
    worker.kill()
    worker.communicate()

    assert len(requeue_stalled(silent_seconds=0)) == 1
    run_worker(until_empty=True)

    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        assert cursor.fetchall() == [("a",)]


def test_program_role_may_add_to_the_ledger_and_never_change_it(committed_db, database_server):
    from motcua.platform.postgres import PROGRAM
    from motcua.platform.schema import _grant, append_only_tables

    program = committed_db.url.replace("motcua_owner@", f"{PROGRAM}@")
    if program == committed_db.url:
        pytest.skip("a server from outside has its own roles")
    _grant(program)

    assert append_only_tables() == [
        "dossiers_ledgerentry", "dossiers_personaldataview", "reporting_filedcopy", "reporting_filingstep",
        "reporting_declaredfigure",
    ]  # fmt: skip
    with psycopg.connect(program, autocommit=True) as session:
        for table in append_only_tables():
            for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(change)
        session.execute("UPDATE django_session SET session_data = ''")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("ALTER TABLE dossiers_ledgerentry DISABLE TRIGGER ALL")


def test_measures_are_listed_when_the_name_is_unknown():
    done = motcua("bench", "khong-co")

    known = sorted(path.stem for path in (Path(__file__).parents[2] / "bench").glob("*.py") if path.stem[0] != "_")
    assert done.stderr.strip() == f"Không có phép đo khong-co; có: {', '.join(known)}."


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_catalogue_without_procedures_is_refused(committed_db, tmp_path, text):
    file = tmp_path / "catalogue.jsonl"
    file.write_text(text)

    done = command_here(committed_db.url, tmp_path / "home")("import", "catalog", str(file))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{file}: không có thủ tục nào; cần mỗi dòng một đối tượng JSON.\n"


def test_backup_of_a_database_that_does_not_answer_is_one_line_and_leaves_no_folder(tmp_path):
    done = command_here("postgresql://x@127.0.0.1:1/none", tmp_path / "home")("backup", str(tmp_path / "backup"))

    assert done.returncode == 2
    assert done.stderr.startswith("Không kết nối được cơ sở dữ liệu của MOTCUA_DATABASE_URL: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "backup").exists()
