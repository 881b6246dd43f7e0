"""Ledger and facts as Parquet: step by step the same rows as in PostgreSQL, each position once, and the same figures."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.dossiers.lives import live
from tests.dossiers.test_bulk import lives_of
from tests.province import MONDAY, build_province, later
from tests.statistics.exported import files_counting, files_there, rows_exported, rows_stored
from tests.statistics.histories import history

from motcua.dossiers.bulk import write_lives
from motcua.dossiers.models import LedgerEntry
from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.notifications.models import Notice
from motcua.statistics.figures import Asked, figures, open_rows
from motcua.statistics.history import exporting
from motcua.statistics.history.exporting import export
from motcua.statistics.history.reading import open_history
from motcua.statistics.measures import MEASURES, Count
from motcua.statistics.models import FactDossier, FactMessage
from motcua.statistics.services import catch_up, project, rebuild, refresh

NOW = later(days=60)
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))
COUNTS = [name for name, one in MEASURES.items() if isinstance(one, Count)]


def test_steps_of_any_size_hold_every_row_once(committed_db, tmp_path: Path, monkeypatch) -> None:
    # Months are put together early, so that this too happens here.
    monkeypatch.setattr(exporting, "_MANY", 3)
    history(build_province())
    refresh(MONDAY)
    chance = random.Random(4)
    steps = entries = 0
    while project(MONDAY, chance.choice((1, 5, 17))):
        exported = export(tmp_path / "x", at=NOW)
        steps += 1
        entries += exported.entries
        assert files_there(tmp_path / "x") == files_counting(tmp_path / "x")
        if steps % 3 == 0:
            assert rows_exported(tmp_path / "x") == rows_stored()

    assert rows_exported(tmp_path / "x") == rows_stored()
    assert entries == LedgerEntry.objects.count()
    assert steps > 5
    (manifest,) = open_history([tmp_path / "x"]).manifests
    assert manifest.run == steps
    assert manifest.head == LedgerEntry.objects.order_by("-xid", "-id").first().hash.hex()


def test_figures_of_an_export_are_those_of_the_database(committed_db, tmp_path: Path) -> None:
    province = build_province()
    write_lives(lives_of(province), told=True)
    live(province)
    catch_up()
    export(tmp_path, at=NOW)
    live(province, until=4, start=later(hours=5))
    Notice.objects.update(state=Notice.State.SENT, sent_at=MONDAY)
    catch_up()
    export(tmp_path, at=NOW)

    told = open_history([tmp_path])
    engine = told.duck()
    assert told.known_at == NOW
    assert FactMessage.objects.exists()
    for asked in (Asked.of(NOVEMBER, now=NOW), Asked.of(NOVEMBER, now=NOW, as_of=later(hours=30))):
        assert figures(list(MEASURES), asked, engine=engine) == figures(list(MEASURES), asked)
        by = ["agency", "sector"]
        assert figures(COUNTS, asked, by=by, engine=engine) == figures(COUNTS, asked, by=by)
    asked = Asked.of(NOVEMBER, now=NOW)
    assert open_rows("received", asked, engine=engine).rows == open_rows("received", asked).rows


def test_where_nothing_is_new_nothing_is_written(committed_db, tmp_path: Path) -> None:
    live(build_province())
    catch_up()
    assert export(tmp_path, at=NOW).entries == LedgerEntry.objects.count()
    before = _as_it_lies(tmp_path)

    again = export(tmp_path, at=NOW + timedelta(days=1))

    assert (again.entries, again.files, again.rows, again.bytes) == (0, 0, 0, 0)
    assert _as_it_lies(tmp_path) == before


def _as_it_lies(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_facts_made_anew_are_exported_anew(committed_db, tmp_path: Path) -> None:
    live(build_province())
    catch_up()
    export(tmp_path, at=NOW)
    FactDossier.objects.update(code="đổi tay")
    assert export(tmp_path, at=NOW).files == 0

    rebuild()
    export(tmp_path, at=NOW)

    assert rows_exported(tmp_path) == rows_stored()
    assert files_there(tmp_path) == files_counting(tmp_path)


@pytest.fixture
def exported(committed_db, tmp_path: Path) -> Path:
    live(build_province())
    catch_up()
    export(tmp_path / "x", at=NOW)
    return tmp_path / "x"


WRONG = [
    ({"format": 2}, "bản xuất có định dạng 2, chương trình này đọc và ghi định dạng 1"),
    ({"province": "H99"}, "là bản xuất của tỉnh H99, ở đây là tỉnh H32"),
    ({"position": {"xid": 7, "entry_id": 999_999, "hash": "ab"}}, "đã xuất đến mục 999999 mà sổ cái này không có"),
    ({"files": [{"path": "../x"}]}, "nội dung hỏng"),
    ({"files": [{"table": "ledger", "month": 1, "path": "../x", "rows": 1, "bytes": 1}]}, "nội dung hỏng"),
]  # fmt: skip


def test_what_is_no_export_of_this_ledger_is_refused(exported: Path) -> None:
    path = exported / "manifest.json"
    whole = path.read_text()
    before = files_there(exported)
    for change, said in WRONG:
        path.write_text(json.dumps(json.loads(whole) | change))
        with pytest.raises(BadInput, match=said):
            export(exported, at=NOW)
        assert files_there(exported) == before
    path.write_text(whole[:-10])
    with pytest.raises(BadInput, match="nội dung hỏng"):
        export(exported, at=NOW)
    path.unlink()
    with pytest.raises(BadInput, match="thư mục đã có thứ khác"):
        export(exported, at=NOW)
    path.write_text(whole)
    with exporting._alone(exported), pytest.raises(BadInput, match="một lần xuất khác đang ghi vào đây"):
        export(exported, at=NOW)
    assert export(exported, at=NOW).files == 0


def test_an_export_that_is_not_whole_is_not_read(exported: Path) -> None:
    some = exported / sorted(files_there(exported))[0]
    content = some.read_bytes()
    for broken in (content[:-1], None):
        some.unlink() if broken is None else some.write_bytes(broken)
        with pytest.raises(BadInput, match=f"{some.name}: thiếu hoặc chép chưa hết"):
            open_history([exported])
    some.write_bytes(content)
    with pytest.raises(BadInput, match="tỉnh H32 đã có trong một thư mục khác"):
        open_history([exported, exported])
    with pytest.raises(BadInput, match="không phải bản xuất xong"):
        open_history([exported.parent])
