"""`motcua risk`: learns the late risk of open dossiers from the records, and says how well it did."""

from __future__ import annotations

import json
from typing import Any

import click

from motcua.cli.session import database
from motcua.platform.clock import now


@click.group("risk")
def risk() -> None:
    """Nguy cơ trễ: học từ lịch sử và kiểm chứng.

    Late risk: learn from the records and prove it.
    """


@risk.command("train")
@click.option("--agency", "agencies", metavar="CODE", multiple=True, help="Chỉ cơ quan này; bỏ trống là mọi cơ quan.")
@click.option("--months", metavar="N", type=int, help="Số tháng lịch sử được đọc (mặc định 18).")
@click.option("--held-back", metavar="N", type=int, help="Số tháng cuối dành để kiểm chứng (mặc định 3).")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def train(agencies: tuple[str, ...], months: int | None, held_back: int | None, as_json: bool) -> None:
    """Học lại cho toàn tỉnh và cho từng cơ quan đủ lịch sử; phiên bản mới chỉ được hiển thị khi qua kiểm chứng.

    Trains the province's model and each agency's own; shown only where it passes on the months held back.
    """
    with database():
        # Imported here: it needs Django loaded.
        from motcua.processes.risk.services import HELD_BACK_MONTHS, MONTHS
        from motcua.processes.risk.services import train as train_all

        trained = train_all(
            at=now(),
            agency_codes=agencies,
            months=MONTHS if months is None else months,
            held_back=HELD_BACK_MONTHS if held_back is None else held_back,
        )
        told: list[dict[str, Any]] = [
            {"agency": one.agency or None, "shown": bool(one.model and one.model.shown), "reason": one.reason}
            | ({"number": one.model.number, **one.model.proof} if one.model else {})
            for one in trained
        ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in told:
        name = one["agency"] or "Toàn tỉnh"
        if one["reason"]:
            click.echo(f"{name}: không học được. {one['reason']}")
            continue
        verdict = "được hiển thị" if one["shown"] else "không hiển thị: chưa hơn hẳn việc chỉ nhìn thời gian còn lại"
        click.echo(
            f"{name}, lần {one['number']}: AUC {one['auc']:.3f} (chỉ thời gian còn lại {one['auc_time']:.3f}),"
            f" Brier {one['brier']:.3f} ({one['brier_time']:.3f}), {one['dossiers']} hồ sơ kiểm chứng; {verdict}."
        )
