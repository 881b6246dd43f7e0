"""The measured side of `bench process`: see `bench._lifecycle_ours`, with a process instead of free forwarding."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
    django.setup()

from bench._lifecycle_ours import AT, Ours, main
from bench._lifecycle_ours import prepare as prepare_town

from motcua.catalog.models import Procedure
from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command
from motcua.processes.definition import Definition, Flow, Node, NodeKind, StepKind, to_json
from motcua.processes.models import Process, ProcessVersion, WorkItem
from motcua.processes.services import finish_step

DEFINITION = Definition(
    (
        Node("start", NodeKind.START),
        Node("appraise", NodeKind.STEP, "Thẩm định", role="case_officer", minutes=480),
        Node("submit", NodeKind.STEP, "Trình ký", role="case_officer", minutes=480),
        Node("issue", NodeKind.STEP, "Ban hành kết quả", step=StepKind.RESULT, role="case_officer", minutes=240),
        Node("end", NodeKind.END),
    ),
    (
        Flow("1", "start", "appraise"),
        Flow("2", "appraise", "submit"),
        Flow("3", "submit", "issue"),
        Flow("4", "issue", "end"),
    ),
)


def prepare() -> None:
    """The town of `bench lifecycle`, and a published process for its procedure."""
    prepare_town()
    ProcessVersion.objects.create(
        process=Process.objects.create(procedure=Procedure.objects.get()), number=1, definition=to_json(DEFINITION),
        digest=DEFINITION.digest, created_at=AT, published_at=AT, valid_from=date(2026, 1, 1),
    )  # fmt: skip


class OnProcess(Ours):
    def life(self, number: int) -> int:
        one, hour = self.submit(), timedelta(hours=1)
        give_command(one, c.Accept(), actor=self.counter, at=AT + hour, expected_seq=1)
        finish_step(one, 1, actor=self.case, at=AT + 2 * hour)
        finish_step(one, 2, actor=self.case, at=AT + 26 * hour)
        self.end(one, number, 5)
        return one

    def facts(self) -> dict[str, Any]:
        facts = super().facts()
        item = WorkItem.objects.earliest("id")
        return facts | {"digest": DEFINITION.digest, "item": [item.role, item.kind, item.minutes]}


if __name__ == "__main__":
    main(OnProcess, prepare)
