"""A hand-over list as a paper. Printed from the signed rows each time: what is signed does not change any more."""

from __future__ import annotations

from motcua.documents import contexts as c
from motcua.documents.building import desk_head, local_day
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.rendering import Rendered, render
from motcua.documents.slip_rows import acting_name
from motcua.organizations.models import Officer
from motcua.processes.models import HandOverLine, HandOverList

_TITLE = {
    HandOverList.Direction.OUT: "Danh sách bàn giao hồ sơ thủ tục hành chính",
    HandOverList.Direction.BACK: "Danh sách bàn giao kết quả giải quyết thủ tục hành chính",
}


def hand_over_sheet(paper: HandOverList) -> c.HandOverSheet:
    """What the list says; the caller has settled that the actor may see it. Three queries."""
    form = form_for(FormKind.HAND_OVER, on=local_day(paper.cut_at))
    side = paper.unit.name if paper.unit else paper.agency.name
    out = paper.direction == HandOverList.Direction.OUT
    signers = [pk or 0 for pk in (paper.giver_id, paper.given_for_id, paper.taker_id, paper.taken_for_id)]
    names = dict(Officer.objects.filter(pk__in=signers).values_list("pk", "full_name"))
    lines = paper.lines.select_related("dossier__procedure", "dossier__submitter").order_by("position")
    return c.HandOverSheet(
        head=desk_head(form, paper.desk, None, local_day(paper.cut_at), paper.number),
        title=_TITLE[HandOverList.Direction(paper.direction)],
        giving=paper.desk.name if out else side,
        taking=side if out else paper.desk.name,
        cut_at=paper.cut_at,
        lines=tuple(_line(line) for line in lines),
        giver=acting_name(names, paper.giver_id or 0, paper.given_for_id or 0),
        given_at=paper.given_at,
        taker=acting_name(names, paper.taker_id or 0, paper.taken_for_id or 0),
        taken_at=paper.taken_at,
        mark=(paper.taken_hash or paper.given_hash)[:16],
    )


def _line(line: HandOverLine) -> c.HandOverLine:
    dossier, outcome = line.dossier, HandOverLine.Outcome(line.outcome)
    said = "" if outcome is HandOverLine.Outcome.WAITING else outcome.label
    again = f"Lần {line.tries}" if line.tries > 1 else ""
    return c.HandOverLine(
        code=dossier.code or "",
        procedure=dossier.procedure.name,
        applicant=dossier.owner_name or dossier.submitter.full_name,
        papers=line.papers,
        due_at=dossier.due_at,
        outcome=". ".join(part for part in (again, f"{said}: {line.reason}" if line.reason else said) if part),
    )


def print_hand_over(paper: HandOverList) -> Rendered:
    """The PDF. `paper` comes with its desk, agency and unit."""
    return render(form_for(FormKind.HAND_OVER, on=local_day(paper.cut_at)), hand_over_sheet(paper))
