"""The queues as pages: their addresses, icons, who has them in the rail, and what an empty one says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from motcua.desk.access import holds
from motcua.dossiers.queues import QUEUE_TEXT, Queue
from motcua.identity.actors import Actor
from motcua.organizations.models import Role

_RECEIVING = (Role.COUNTER_OFFICER, Role.DESK_HEAD)
_WORKING = (Role.CASE_OFFICER, Role.UNIT_HEAD, Role.SIGNER)
_READING = (Role.LEADER, Role.REFORM_OFFICER, Role.INSPECTOR, Role.CASHIER)


_FIRST: Final = {
    Queue.RESULTS_COMING: "Thời gian chờ",
    Queue.UNCOLLECTED: "Thời gian giữ",
    Queue.FINISHED: "Kết thúc",
}


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`empty` = what will stand here and how it gets there."""

    queue: Queue
    slug: str
    icon: str
    group: str
    roles: tuple[str, ...]
    empty: str
    short: str = ""

    @property
    def word(self) -> str:
        """As the rail has room for."""
        return self.short or self.title

    @property
    def first(self) -> str:
        """What the first column tells."""
        return _FIRST.get(self.queue, "Thời gian còn lại")

    @property
    def title(self) -> str:
        return QUEUE_TEXT[self.queue]


_ALL = _RECEIVING + _WORKING + _READING

PAGES: Final = (
    QueuePage(
        Queue.ONLINE, "cho-tiep-nhan", "inbox", "Tiếp nhận", _RECEIVING + _READING,
        "Hồ sơ nộp trực tuyến hiện ở đây ngay khi người dân gửi, kèm hạn trả lời 8 giờ làm việc.",
    ),
    QueuePage(
        Queue.COMPLETION, "cho-hoan-thien", "pencil", "Tiếp nhận", _RECEIVING + _READING,
        "Hồ sơ đã được yêu cầu hoàn thiện (Mẫu 02) chờ ở đây đến khi người nộp gửi lại.",
    ),
    QueuePage(
        Queue.ANSWERED_LATE,
        "tra-loi-qua-han",
        "clock-history",
        "Tiếp nhận",
        _RECEIVING + _READING,
        "Hồ sơ trực tuyến không được trả lời trong 8 giờ làm việc được ghi lại ở đây, dù sau đó đã xử lý.",
        "Trả lời quá 8 giờ",
    ),
    QueuePage(
        Queue.PAPERS_COMING, "ho-so-giay-dang-den", "truck", "Giải quyết", _ALL,
        "Hồ sơ giấy do nơi khác tiếp nhận đang chuyển đến hiện ở đây; hạn giải quyết tính từ lúc ký nhận.",
    ),
    QueuePage(
        Queue.MINE, "viec-cua-toi", "person", "Giải quyết", _WORKING,
        "Hồ sơ được chuyển cho ông/bà hiện ở đây, hồ sơ còn ít giờ làm việc nhất ở trên cùng.",
    ),
    QueuePage(
        Queue.UNIT, "viec-cua-phong", "people", "Giải quyết", _WORKING,
        "Hồ sơ được chuyển cho phòng của ông/bà hiện ở đây.",
    ),
    QueuePage(
        Queue.OPEN, "dang-giai-quyet", "folder2-open", "Giải quyết", _ALL,
        "Mọi hồ sơ đã tiếp nhận, chưa có kết quả trong phạm vi của ông/bà hiện ở đây.",
    ),
    QueuePage(
        Queue.OVERDUE, "qua-han", "exclamation-triangle", "Giải quyết", _ALL,
        "Không có hồ sơ nào quá hạn. Hồ sơ quá hạn trả kết quả sẽ hiện ở đây, chậm nhất ở trên cùng.",
    ),
    QueuePage(
        Queue.SUPPLEMENT, "cho-bo-sung", "pause-circle", "Đang dừng", _ALL,
        "Hồ sơ chờ người nộp bổ sung hiện ở đây; đồng hồ dừng đến khi bổ sung đủ.",
    ),
    QueuePage(
        Queue.PAYMENT, "cho-nghia-vu-tai-chinh", "wallet2", "Đang dừng", _ALL,
        "Hồ sơ chờ người nộp thực hiện nghĩa vụ tài chính hiện ở đây.",
        "Chờ nộp nghĩa vụ",
    ),
    QueuePage(
        Queue.SUSPENDED, "tam-dung", "stop-circle", "Đang dừng", _ALL,
        "Hồ sơ tạm dừng theo quy định của pháp luật hiện ở đây, kèm văn bản tạm dừng.",
    ),
    QueuePage(
        Queue.WITHDRAWALS, "de-nghi-rut", "arrow-counterclockwise", "Đang dừng", _ALL,
        "Đề nghị rút hồ sơ của người nộp chờ quyết định hiện ở đây.",
    ),
    QueuePage(
        Queue.RESULTS_COMING, "ket-qua-dang-ve", "box-seam", "Trả kết quả", _RECEIVING + _READING,
        "Kết quả đã ký nhưng chưa về nơi trả hiện ở đây để ghi nhận khi nhận được.",
        "Kết quả đang về",
    ),
    QueuePage(
        Queue.UNCOLLECTED, "cho-nhan", "archive", "Trả kết quả", _RECEIVING + _READING,
        "Kết quả đã về nơi trả, chờ người dân đến nhận, hiện ở đây kèm số ngày đã giữ và nơi giữ.",
    ),
    QueuePage(
        Queue.FINISHED, "da-ket-thuc", "check-circle", "Trả kết quả", _ALL,
        "Hồ sơ đã trả kết quả, từ chối, rút, trả lại hoặc dừng hiện ở đây, mới nhất ở trên cùng.",
    ),
)  # fmt: skip

BY_SLUG: Final = {page.slug: page for page in PAGES}


def pages_of(actor: Actor) -> list[QueuePage]:
    """The queues that the actor's roles work with."""
    return [page for page in PAGES if holds(actor, *page.roles) and (page.queue is not Queue.UNIT or actor.unit_id)]
