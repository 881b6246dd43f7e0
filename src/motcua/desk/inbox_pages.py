"""The inboxes of steps as pages: their addresses, icons, what an empty one says, and what may be done to many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from motcua.desk.models import BulkRun
from motcua.processes.inboxes import INBOX_TEXT, Inbox

_FINISH, _CLAIM, _ASSIGN = BulkRun.Action.FINISH, BulkRun.Action.CLAIM, BulkRun.Action.ASSIGN


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`empty` = what will stand here and how it gets there; `actions` = what may be done to many rows, likely one first."""

    inbox: Inbox
    slug: str
    icon: str
    empty: str
    actions: tuple[BulkRun.Action, ...] = ()

    @property
    def title(self) -> str:
        return INBOX_TEXT[self.inbox]


PAGES: Final = (
    InboxPage(
        Inbox.MINE, "cua-toi", "person",
        "Bước được giao cho ông/bà, hoặc ông/bà đã nhận, hiện ở đây; bước còn ít giờ nhất ở trên cùng.", (_FINISH,),
    ),
    InboxPage(
        Inbox.TO_TAKE, "cho-nhan", "inbox",
        "Bước thuộc vai trò của ông/bà mà chưa ai nhận hiện ở đây. Ai nhận trước thì làm.", (_CLAIM, _FINISH),
    ),
    InboxPage(
        Inbox.TO_ASSIGN, "cho-phan-cong", "people",
        "Bước của đơn vị mà chưa có người làm hiện ở đây để ông/bà phân công.", (_ASSIGN,),
    ),
    InboxPage(
        Inbox.UNIT, "cua-phong", "building", "Mọi bước đang mở của đơn vị ông/bà phụ trách hiện ở đây, kể cả đã có người làm.",
        (_ASSIGN,),
    ),
    InboxPage(
        Inbox.TOGETHER, "phoi-hop", "eye",
        "Bước do người khác chủ trì mà ông/bà được giao phối hợp hoặc theo dõi hiện ở đây. Người phối hợp cho ý kiến được.",
    ),
    InboxPage(
        Inbox.ELSEWHERE, "co-quan-khac", "box-arrow-right",
        "Hồ sơ của cơ quan ông/bà đang chờ cơ quan khác làm hoặc cho ý kiến hiện ở đây, kèm hạn trả lời.",
    ),
    InboxPage(
        Inbox.DONE, "vua-xong", "check-circle", "Bước ông/bà hoàn thành trong 7 ngày qua hiện ở đây, mới nhất ở trên cùng.",
    ),
)  # fmt: skip

BY_SLUG: Final = {page.slug: page for page in PAGES}
BY_INBOX: Final = {page.inbox: page for page in PAGES}
