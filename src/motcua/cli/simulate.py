"""`motcua simulate`: what would happen in a process or an agency, and what one change would do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from motcua.cli.session import database
from motcua.law.errors import BadInput
from motcua.platform.clock import now


@click.command("simulate")
@click.argument("procedure", required=False, default="")
@click.option("--agency", metavar="CODE", default="", help="Cơ quan; không nêu thủ tục thì mô phỏng cả cơ quan.")
@click.option("--from", "since", metavar="DATE", help="Ngày đầu (YYYY-MM-DD); mặc định 90 ngày trước.")
@click.option("--to", metavar="DATE", help="Ngày cuối, tính cả ngày này; mặc định hôm nay.")
@click.option("--arrivals", metavar="N", type=float, help="Số hồ sơ mỗi ngày làm việc, thay cho lịch sử.")
@click.option("--officers", metavar="ROLE=N", multiple=True, help="Số người của một vai trò, ví dụ case_officer=5.")
@click.option("--without-step", metavar="ID", default="", help="Bỏ một bước.")
@click.option("--step-time", metavar="ID=F", multiple=True, help="Nhân thời gian làm của một bước, ví dụ sign=0.5.")
@click.option(
    "--seed", metavar="N", type=int, default=1, show_default=True, help="Hạt giống: cùng số thì cùng kết quả."
)
@click.option("--replications", metavar="N", type=int, help="Số lần lặp (mặc định 10).")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def simulate(
    procedure: str,
    agency: str,
    since: str | None,
    to: str | None,
    arrivals: float | None,
    officers: tuple[str, ...],
    without_step: str,
    step_time: tuple[str, ...],
    seed: int,
    replications: int | None,
    as_json: bool,
) -> None:
    """Mô phỏng một thủ tục hoặc cả một cơ quan trên lịch sử của chính nó, và hỏi: thêm một người, bớt một bước thì sao?

    Simulates a procedure's process or a whole agency on its own history, with confidence intervals.
    """
    days = {name: _day(text, name) for name, text in (("--from", since), ("--to", to))}
    numbers = {role: _whole(text, f"--officers {role}") for role, text in _pairs(officers, "--officers")}
    factors = {step: _number(text, f"--step-time {step}") for step, text in _pairs(step_time, "--step-time")}
    with database():
        # Imported here: it needs Django loaded.
        from motcua.processes.simulation.answers import Asked, answer

        asked = Asked(
            agency=agency, procedure=procedure, since=days["--from"], to=days["--to"], per_day=arrivals, officers=numbers,
            without=without_step, times=factors, seed=seed, replications=replications,
        )  # fmt: skip
        told = answer(asked, at=now()).as_json()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in _lines(told):
        click.echo(line)


def _day(text: str | None, name: str) -> Any:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise BadInput(f"{name}: không đọc được ngày “{text}”, cần dạng 2026-11-20.") from None


def _pairs(given: Iterable[str], name: str) -> list[tuple[str, str]]:
    found = []
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise BadInput(f"{name}: “{text}” cần dạng TÊN=SỐ.")
        found.append((key.strip(), value.strip()))
    return found


def _whole(text: str, name: str) -> int:
    if not text.isdecimal():
        raise BadInput(f"{name}: “{text}” cần số nguyên dương.")
    return int(text)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{name}: “{text}” cần một số, ví dụ 0.5.") from None


def _lines(told: dict[str, Any]) -> Iterable[str]:
    basis, figures = told["basis"], told["figures"]
    yield f"{basis['agency']} {basis['agency_name']}{', ' + basis['procedure'] if basis['procedure'] else ''}"
    yield (
        f"Từ {basis['since']} đến {basis['to']}: {figures['dossiers']} hồ sơ mỗi lần, {figures['replications']} lần lặp,"
        f" hạt giống {told['seed']}."
    )
    yield from (f"Lưu ý: {note}" for note in basis["notes"])
    if basis["late"] is not None:
        yield f"Thực tế trong khoảng này: trễ {basis['late']:.1%}, trung vị {_hours(basis['lead_median'])}."
    yield (
        f"Mô phỏng: trễ {_share(figures['late'])}, trung vị {_hours(figures['lead_median'])},"
        f" chín phần mười xong trong {_hours(figures['lead_p90'])}."
    )
    yield f"Xong {figures['throughput']:.1f} hồ sơ mỗi ngày làm việc; còn dở {figures['unfinished']:.0f}."
    yield "Chờ ở từng bước (giờ làm việc): trung vị / chín phần mười dưới / làm trung bình"
    for step in figures["steps"]:
        yield (
            f"  {step['name']}: {step['wait_median'] / 60:.1f} / {step['wait_p90'] / 60:.1f} / {step['service_mean'] / 60:.1f}"
            f"{' ← chờ nhiều nhất' if step['step'] == figures['bottleneck'] else ''}"
        )
    yield "Mức bận: " + ", ".join(
        f"{one['name']} {one['mean']:.0%} ({one['officers']} người)" for one in figures["use"]
    )
    yield "Nếu đổi một điều (so trên cùng các hồ sơ, khoảng tin cậy 95 %):"
    for change in told["changes"]:
        settled = "" if change["settled"] else " (chưa đủ để nói là khác)"
        yield f"  {change['name']}: trễ {_points(change['late'])}, thời gian {_change(change['lead'])}{settled}"


def _hours(minutes: float | None) -> str:
    return "không có" if minutes is None else f"{minutes / 60:.1f} giờ làm việc"


def _share(found: dict[str, float] | None) -> str:
    return "không tính được" if found is None else f"{found['mean']:.1%} ± {found['half']:.1%}"


def _points(found: dict[str, float] | None) -> str:
    return "không tính được" if found is None else f"{found['mean'] * 100:+.1f} ± {found['half'] * 100:.1f} điểm %"


def _change(found: dict[str, float]) -> str:
    return f"{found['mean'] / 60:+.1f} ± {found['half'] / 60:.1f} giờ"
