"""Processes with their dated versions, and the work items of every dossier that follows one."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value

from motcua.catalog.models import Channel, CommittedLimit, Procedure, ProcedureVersion
from motcua.dossiers.models import Dossier
from motcua.organizations.models import Agency, Desk, Officer, Unit
from motcua.processes.definition import STEP_ROLES, StepKind


class Process(models.Model):
    """The process of a procedure: at the province (agency empty) or overridden by an agency, for a case, for a channel.

    The most special one holds: agency before province, nearer agency before farther, case and channel before none.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="processes", verbose_name="thủ tục")
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="processes", verbose_name="cơ quan (trống = toàn tỉnh)"
    )
    case = models.CharField("trường hợp (trống = mọi trường hợp)", max_length=300, blank=True, default="")
    channel = models.CharField(
        "hình thức nộp (trống = mọi hình thức)", max_length=10, blank=True, default="", choices=Channel
    )

    class Meta:
        verbose_name = "quy trình nội bộ"
        verbose_name_plural = "quy trình nội bộ"
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "agency", "case", "channel"], name="process_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.agency_id or '*'}/{self.channel or '*'}"


class ProcessVersion(models.Model):
    """One text of a process. A draft may be changed; a published one never, and dossiers that began on it stay on it."""

    process = models.ForeignKey(Process, models.PROTECT, related_name="versions", verbose_name="quy trình")
    number = models.PositiveIntegerField("lần")
    definition = models.JSONField("nội dung")
    digest = models.CharField("băm nội dung", max_length=64)
    pattern = models.CharField("mẫu quy trình", max_length=40, blank=True, default="")
    # The picture as a drawing tool laid it out (BPMN diagram interchange); empty = laid out by the program.
    layout = models.JSONField("hình vẽ", default=dict)
    note = models.CharField("ghi chú", max_length=500, blank=True, default="")
    created_at = models.DateTimeField("lúc soạn")
    created_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người soạn")
    published_at = models.DateTimeField("lúc ban hành", null=True)
    published_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người ban hành"
    )
    valid_from = models.DateField("hiệu lực từ", null=True)
    valid_to = models.DateField("hết hiệu lực", null=True)

    class Meta:
        verbose_name = "phiên bản quy trình"
        verbose_name_plural = "phiên bản quy trình"
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="process_version_once"),
            models.CheckConstraint(
                name="process_version_dated",
                condition=Q(published_at__isnull=True) | Q(valid_from__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["process", "valid_from"], name="process_in_force", condition=Q(published_at__isnull=False)
            ),
            models.Index(fields=["digest"], name="process_version_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.process_id} lần {self.number}"


class WorkItem(models.Model):
    """A token of a dossier: a step that somebody works on, a timer, or a branch that waits at a join.

    Written only by `processes.projection` from the ledger; `opened_seq` and `closed_seq` are the entries that made and
    ended it, so that an entry taken back takes its items back. `token` counts from 1 in a dossier.
    """

    class Kind(models.TextChoices):
        WORK = StepKind.WORK.value, "xử lý"
        CONSULTATION = StepKind.CONSULTATION.value, "lấy ý kiến"
        RESULT = StepKind.RESULT.value, "ban hành kết quả"
        TIMER = "timer", "chờ"
        JOIN = "join", "chờ nhánh khác"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="work_items", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("thẻ")
    node = models.CharField("mã bước", max_length=300)
    flow = models.CharField("mũi tên đến", max_length=300, blank=True)
    kind = models.CharField("loại", max_length=12, choices=Kind)
    name = models.CharField("bước", max_length=300)
    role = models.CharField("vai trò", max_length=20, blank=True, choices=sorted(STEP_ROLES.items()))
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="cơ quan thực hiện")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="phòng")
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="work_items", verbose_name="người thực hiện"
    )
    minutes = models.PositiveIntegerField("thời gian được giao (phút làm việc)", default=0)
    opened_at = models.DateTimeField("lúc mở")
    opened_seq = models.PositiveIntegerField("mục sổ cái mở")
    due_at = models.DateTimeField("hạn của bước", null=True)
    # A timer, or a step whose process says where silence leads: the sweep moves it on when its time is over.
    leaves_by_itself = models.BooleanField("tự đi tiếp khi hết thời gian", default=False)
    closed_at = models.DateTimeField("lúc xong", null=True)
    closed_seq = models.PositiveIntegerField("mục sổ cái đóng", null=True)
    closed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người hoàn thành", db_index=False
    )
    outcome = models.CharField("kết quả của bước", max_length=100, blank=True)
    # What the dossier's due took of the time that the process gives the step.
    cut_minutes = models.PositiveIntegerField(
        "thời gian bị rút theo hạn hồ sơ (phút làm việc)", default=0, db_default=0
    )
    # Officers beside the one who has it: they may say what they think of it, or only follow it.
    cooperating = ArrayField(
        models.BigIntegerField(), verbose_name="người phối hợp", default=list, db_default=Value("{}")
    )
    following = ArrayField(
        models.BigIntegerField(), verbose_name="người theo dõi", default=list, db_default=Value("{}")
    )
    # Of a step done by a body without an account: the agency whose dossier it is, which waits for the answer.
    asked_by = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name="cơ quan chờ trả lời", db_index=False
    )
    # Looked at by its officer: until then the one before may take it back.
    seen_at = models.DateTimeField("lúc mở xem", null=True)

    class Meta:
        verbose_name = "việc"
        verbose_name_plural = "việc"
        constraints = [models.UniqueConstraint(fields=["dossier", "token"], name="work_item_once")]
        indexes = [
            models.Index(
                fields=["officer", "due_at", "id"], name="work_of_officer", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["agency", "role", "due_at", "id"],
                name="work_of_agency",
                condition=Q(closed_at__isnull=True),
                include=["unit"],
            ),
            models.Index(fields=["unit", "due_at", "id"], name="work_of_unit", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["due_at"], name="work_due", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["due_at"], name="work_by_itself", condition=Q(closed_at__isnull=True, leaves_by_itself=True)
            ),
            models.Index(fields=["officer", "-opened_at"], name="work_last_given"),
            models.Index(fields=["agency", "-closed_at"], name="work_done", condition=Q(closed_at__isnull=False)),
            models.Index(
                fields=["agency", "role", "due_at", "id"],
                name="work_to_take",
                condition=Q(closed_at__isnull=True, officer__isnull=True),
                include=["unit"],
            ),
            models.Index(
                fields=["closed_by", "-closed_at", "-id"],
                name="work_done_by",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["asked_by", "due_at", "id"],
                name="work_outside",
                condition=Q(closed_at__isnull=True, asked_by__isnull=False),
            ),
            # Few steps have anybody but their officer: the others are not in it and pay nothing for it.
            GinIndex(
                fields=["cooperating", "following"],
                name="work_together",
                condition=Q(closed_at__isnull=True) & ~Q(cooperating=[], following=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.token} {self.name}"


class HandOverList(models.Model):
    """Papers that pass between a one-stop desk and an agency (or a unit of it) on one paper, signed by both.

    OUT: dossiers from the desk, BACK: results to the desk. The giver signs first, then the taker; each signature carries
    a hash of what was signed (`processes.hand_over`). Nothing of a signed list changes any more.
    """

    class Direction(models.TextChoices):
        OUT = "out", "Giao hồ sơ"
        BACK = "back", "Trả kết quả"

    number = models.CharField("số", max_length=80, unique=True)
    direction = models.CharField("chiều", max_length=4, choices=Direction)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+", verbose_name="bộ phận một cửa")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="phòng")
    cut_at = models.DateTimeField("chốt lúc")
    made_at = models.DateTimeField("lập lúc")
    made_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người lập")
    giver = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người giao")
    given_for = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="giao thay cho")
    given_at = models.DateTimeField("giao lúc", null=True)
    given_hash = models.CharField("băm khi giao", max_length=64, blank=True, default="")
    taker = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người nhận")
    taken_for = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="nhận thay cho")
    taken_at = models.DateTimeField("nhận lúc", null=True)
    taken_hash = models.CharField("băm khi nhận", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "danh sách bàn giao"
        verbose_name_plural = "danh sách bàn giao"
        constraints = [
            models.CheckConstraint(
                name="hand_over_given_first", condition=Q(taken_at__isnull=True) | Q(given_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "-id"], name="hand_over_desk"),
            models.Index(fields=["agency", "-id"], name="hand_over_agency"),
            models.Index(fields=["desk"], name="hand_over_waiting", condition=Q(taken_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number


class HandOverLine(models.Model):
    """One dossier on a list. Held back or refused, it comes onto a later list; `mark` says which papers it stands for.

    `mark`: OUT the latest round of papers handed in, BACK the ledger entry of the result.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Chờ ký"
        ACCEPTED = "accepted", "Đã nhận"
        HELD = "held", "Bên giao giữ lại"
        REFUSED = "refused", "Bên nhận từ chối"

    list = models.ForeignKey(HandOverList, models.PROTECT, related_name="lines", verbose_name="danh sách")
    position = models.PositiveIntegerField("thứ tự")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="hand_over_lines", verbose_name="hồ sơ")
    direction = models.CharField("chiều", max_length=4, choices=HandOverList.Direction)
    mark = models.PositiveIntegerField("lần giấy tờ hoặc mục sổ cái")
    papers = models.CharField("giấy tờ", max_length=300)
    since = models.DateTimeField("chờ giao từ")
    tries = models.PositiveSmallIntegerField("lần đưa vào danh sách", default=1)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField("lý do", max_length=300, blank=True)
    settled_at = models.DateTimeField("lúc định", null=True)

    class Meta:
        verbose_name = "dòng bàn giao"
        verbose_name_plural = "dòng bàn giao"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="hand_over_line_once"),
            models.UniqueConstraint(
                fields=["dossier", "direction"],
                condition=Q(outcome="waiting"),
                name="hand_over_one_waiting",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "direction", "mark"], name="hand_over_of_dossier")]


class HandOverCut(models.Model):
    """A day whose lists have been made by the sweep."""

    day = models.DateField("ngày", unique=True)
    done_at = models.DateTimeField("lúc chốt")
    lists = models.PositiveIntegerField("số danh sách")

    class Meta:
        verbose_name = "lần chốt bàn giao"
        verbose_name_plural = "lần chốt bàn giao"


class RiskModel(models.Model):
    """What was learnt of lateness from an agency's own history (agency empty = the whole province's), with its proof.

    Rows are never changed: a new training is a new version. `content` holds weights and the figures they were scaled by,
    `proof` what the held-back later months said; it is shown to officers only where `shown`.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="cơ quan")
    number = models.PositiveIntegerField("lần")
    trained_at = models.DateTimeField("lúc tính")
    cut_at = models.DateTimeField("học từ những gì đã biết trước lúc")
    content = models.JSONField("nội dung")
    proof = models.JSONField("kiểm chứng")
    shown = models.BooleanField("được hiển thị")

    class Meta:
        verbose_name = "mô hình nguy cơ trễ"
        verbose_name_plural = "mô hình nguy cơ trễ"
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="risk_model_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.agency_id or '*'} lần {self.number}"


class JoinedProcedure(models.Model):
    """How several procedures are done on one hand-in, between two dates: see `motcua.processes.joined`.

    `procedure` is the catalogue's own entry for the joined one; nothing is ever counted under it. Never changed, only
    followed by a later one.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="joined", verbose_name="thủ tục liên thông")
    definition = models.JSONField("nội dung")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực", null=True)
    confirmed = models.BooleanField("đã kiểm chứng", default=False)
    source = models.CharField("nguồn", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "thủ tục liên thông"
        verbose_name_plural = "thủ tục liên thông"
        constraints = [models.UniqueConstraint(fields=["procedure", "valid_from"], name="joined_procedure_once")]


class JoinedRequest(models.Model):
    """The root of a joined hand-in: a container, no dossier, so that no count, list or number of dossiers can hold it.

    `shares` is what the receipt promised at acceptance: key, limit and due moment of each part; `due_at` the last of them.
    """

    key = models.UUIDField("khóa chống nộp trùng", unique=True)
    joined = models.ForeignKey(JoinedProcedure, models.PROTECT, related_name="requests", verbose_name="thủ tục")
    created_at = models.DateTimeField("lúc nộp")
    accepted_at = models.DateTimeField("lúc tiếp nhận", null=True)
    due_at = models.DateTimeField("hẹn trả tất cả", null=True)
    shares = models.JSONField("phần của từng thủ tục", default=list)
    withdrawal_requested_at = models.DateTimeField("lúc đề nghị rút", null=True)
    closed_at = models.DateTimeField("lúc mọi phần đã kết thúc", null=True)
    # Sum of the parts' ledger positions when it was last looked at: what has moved since is looked at again.
    looked_seq = models.BigIntegerField("mục sổ cái đã xem", default=0)

    class Meta:
        verbose_name = "yêu cầu liên thông"
        verbose_name_plural = "yêu cầu liên thông"
        indexes = [models.Index(fields=["id"], name="joined_open", condition=Q(closed_at__isnull=True))]


class JoinedPart(models.Model):
    """A child: one procedure of a joined hand-in, with the dossier by which it is done and counted."""

    request = models.ForeignKey(JoinedRequest, models.PROTECT, related_name="parts", verbose_name="yêu cầu")
    key = models.CharField("mã phần", max_length=40)
    position = models.PositiveSmallIntegerField("thứ tự")
    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="joined_part", verbose_name="hồ sơ")

    class Meta:
        verbose_name = "phần của yêu cầu liên thông"
        verbose_name_plural = "phần của yêu cầu liên thông"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["request", "key"], name="joined_part_once")]


class AgencyTransfer(models.Model):
    """A dossier goes from one agency to another with its papers, and is signed for there.

    `token` is the step that it goes to, 0 = the whole dossier (a part of a joined hand-in). `papers` is the list as sent:
    name, originals, copies, file. `body` names a receiver that is no agency of ours.
    """

    class Way(models.TextChoices):
        OFFICER = "officer", "cán bộ ký nhận"
        WORK = "work", "nhận khi làm việc"
        EXCHANGE = "exchange", "hệ thống nơi nhận báo đã nhận"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="agency_transfers", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("bước")
    from_agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="nơi giao")
    to_agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="nơi nhận")
    body = models.CharField("nơi nhận ngoài hệ thống", max_length=300, blank=True, default="")
    papers = models.JSONField("giấy tờ kèm theo", default=list)
    sent_at = models.DateTimeField("lúc giao")
    acknowledged_at = models.DateTimeField("lúc ký nhận", null=True)
    acknowledged_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người ký nhận"
    )
    way = models.CharField("cách ký nhận", max_length=10, blank=True, choices=Way, default="")
    missing = models.JSONField("giấy tờ thiếu khi nhận", default=list)

    class Meta:
        verbose_name = "giao nhận giữa các cơ quan"
        verbose_name_plural = "giao nhận giữa các cơ quan"
        constraints = [models.UniqueConstraint(fields=["dossier", "token"], name="agency_transfer_once")]
        indexes = [
            models.Index(
                fields=["to_agency", "sent_at"],
                name="agency_transfer_waiting",
                condition=Q(acknowledged_at__isnull=True),
            )
        ]


class BodyQuestion(models.Model):
    """What a body without an account is asked, and the one-time link by which it answers; only the link's hash is kept.

    `papers` are the ids of the dossier's papers that the link shows, and no others.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="body_questions", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("bước")
    body = models.CharField("cơ quan được hỏi", max_length=300)
    number = models.CharField("số công văn", max_length=100)
    question = models.TextField("nội dung hỏi")
    papers = models.JSONField("giấy tờ được xem", default=list)
    digest = models.BinaryField("băm của đường dẫn", max_length=32, unique=True)
    created_at = models.DateTimeField("lúc gửi")
    created_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người gửi")
    answer_by = models.DateTimeField("hạn trả lời")
    expires_at = models.DateTimeField("đường dẫn hết hạn")
    opened_at = models.DateTimeField("lúc mở lần đầu", null=True)
    answered_at = models.DateTimeField("lúc trả lời", null=True)
    answered_by = models.CharField("người trả lời", max_length=200, blank=True, default="")
    answer = models.TextField("nội dung trả lời", blank=True, default="")
    answer_file = models.CharField("tệp trả lời", max_length=64, blank=True, default="")
    answer_file_name = models.CharField("tên tệp", max_length=200, blank=True, default="")
    revoked_at = models.DateTimeField("lúc thu hồi", null=True)

    class Meta:
        verbose_name = "câu hỏi gửi cơ quan ngoài hệ thống"
        verbose_name_plural = "câu hỏi gửi cơ quan ngoài hệ thống"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "token"], name="body_question_one_valid", condition=Q(revoked_at__isnull=True)
            )
        ]


class InspectionSetting(models.Model):
    """The numbers of one pattern of suspicion, of one kind of standing still or of the backlog, from a day on.

    Rows are added, never changed: the last one set among those in force on a day holds; none = what the program ships.
    """

    class Subject(models.TextChoices):
        SUSPICION = "suspicion", "dấu hiệu cần xem"
        STUCK = "stuck", "hồ sơ đứng yên"
        BACKLOG = "backlog", "hồ sơ tồn"

    subject = models.CharField("về", max_length=10, choices=Subject)
    key = models.CharField("mã", max_length=40)
    enabled = models.BooleanField("đang dùng", default=True)
    values = models.JSONField("các ngưỡng", default=dict)
    valid_from = models.DateField("áp dụng từ")
    reason = models.CharField("lý do", max_length=500)
    set_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người đặt")
    set_at = models.DateTimeField("lúc đặt")

    class Meta:
        verbose_name = "ngưỡng kiểm tra"
        verbose_name_plural = "ngưỡng kiểm tra"
        indexes = [models.Index(fields=["subject", "key", "valid_from"], name="inspection_in_force")]


class SuspicionExemption(models.Model):
    """What a pattern does not look at between two days, both included, and why; empty pattern = every pattern."""

    pattern = models.CharField("dấu hiệu (trống = mọi dấu hiệu)", max_length=40, blank=True, default="")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="cơ quan")
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, related_name="+", verbose_name="thủ tục")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="cán bộ")
    first_on = models.DateField("từ ngày")
    last_on = models.DateField("đến ngày")
    reason = models.CharField("lý do", max_length=500)
    given_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người cho")
    given_at = models.DateTimeField("lúc cho")
    ended_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người bỏ")
    ended_at = models.DateTimeField("lúc bỏ", null=True)

    class Meta:
        verbose_name = "trường hợp không xét"
        verbose_name_plural = "trường hợp không xét"
        constraints = [
            models.CheckConstraint(
                name="exemption_of_something",
                condition=Q(agency__isnull=False) | Q(procedure__isnull=False) | Q(officer__isnull=False),
            ),
            models.CheckConstraint(name="exemption_dated", condition=Q(last_on__gte=models.F("first_on"))),
        ]


class SuspicionFinding(models.Model):
    """Something that an inspector should look at, found once. It changes no dossier and says nothing of guilt.

    `subject` is what it is about (`dossier:12`, `officer:7`, `number:…`) and `mark` which occasion; `evidence` holds the
    words, the numbers and the entries (`dossier`, `code`, `seq`, `what`) as they were when it was found.
    """

    class Verdict(models.TextChoices):
        OPEN = "", "chưa xem"
        CONFIRMED = "confirmed", "Đúng là có vấn đề"
        JUSTIFIED = "justified", "Có lý do chính đáng"
        FALSE_ALARM = "false_alarm", "Báo nhầm"

    pattern = models.CharField("dấu hiệu", max_length=40)
    subject = models.CharField("về", max_length=160)
    mark = models.CharField("lần", max_length=80)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="suspicions", verbose_name="hồ sơ")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="cán bộ")
    occurred_at = models.DateTimeField("lúc xảy ra")
    found_at = models.DateTimeField("lúc tìm thấy")
    summary = models.CharField("tóm tắt", max_length=500)
    evidence = models.JSONField("căn cứ")
    verdict = models.CharField("kết luận", max_length=12, blank=True, default="", choices=Verdict)
    note = models.CharField("ghi chú", max_length=1000, blank=True, default="")
    judged_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người kết luận")
    judged_at = models.DateTimeField("lúc kết luận", null=True)

    class Meta:
        verbose_name = "dấu hiệu cần xem"
        verbose_name_plural = "dấu hiệu cần xem"
        constraints = [models.UniqueConstraint(fields=["pattern", "subject", "mark"], name="suspicion_once")]
        indexes = [
            models.Index(fields=["agency", "pattern", "verdict"], name="suspicion_counted"),
            models.Index(fields=["agency", "-occurred_at", "-id"], name="suspicion_listed"),
        ]


class SuspicionVerdict(models.Model):
    """Each verdict that was given on a finding, also those that a later one replaced."""

    finding = models.ForeignKey(
        SuspicionFinding, models.PROTECT, related_name="verdicts", verbose_name="dấu hiệu cần xem"
    )
    verdict = models.CharField("kết luận", max_length=12, choices=SuspicionFinding.Verdict)
    note = models.CharField("ghi chú", max_length=1000, blank=True)
    judged_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người kết luận")
    judged_at = models.DateTimeField("lúc kết luận")

    class Meta:
        verbose_name = "kết luận"
        verbose_name_plural = "kết luận"
        ordering = ["id"]


class SuspicionSweep(models.Model):
    """One search through what was recorded in [since, until). `asked_by` empty = the daily one."""

    since = models.DateTimeField("từ lúc")
    until = models.DateTimeField("đến trước lúc")
    done_at = models.DateTimeField("lúc xong")
    dossiers = models.PositiveIntegerField("số hồ sơ đã xét")
    found = models.PositiveIntegerField("số dấu hiệu mới")
    asked_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người yêu cầu")

    class Meta:
        verbose_name = "lần rà soát"
        verbose_name_plural = "lần rà soát"


class StuckDossier(models.Model):
    """A dossier that the last search found standing still, by kind; the row goes when the reason is gone."""

    kind = models.CharField("loại", max_length=40)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="stuck", verbose_name="hồ sơ")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan")
    since = models.DateTimeField("đứng từ lúc")
    detail = models.CharField("chỗ đứng", max_length=300, blank=True)
    found_at = models.DateTimeField("lúc tìm thấy")

    class Meta:
        verbose_name = "hồ sơ đứng yên"
        verbose_name_plural = "hồ sơ đứng yên"
        constraints = [models.UniqueConstraint(fields=["kind", "dossier"], name="stuck_once")]
        indexes = [models.Index(fields=["agency", "kind", "since", "id"], name="stuck_listed")]


class StuckSearch(models.Model):
    """When a kind of standing still was last searched for, what it found and how long it took."""

    kind = models.CharField("loại", max_length=40, unique=True)
    done_at = models.DateTimeField("lúc xong")
    found = models.PositiveIntegerField("số hồ sơ")
    milliseconds = models.PositiveIntegerField("mất (ms)")

    class Meta:
        verbose_name = "lần tìm hồ sơ đứng yên"
        verbose_name_plural = "lần tìm hồ sơ đứng yên"


class BacklogNote(models.Model):
    """What was decided about a long-open dossier, and who clears it by when; the last note of a dossier holds."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="backlog_notes", verbose_name="hồ sơ")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người xử lý")
    until = models.DateField("xong trước ngày", null=True)
    note = models.CharField("ghi chú", max_length=500)
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người ghi")
    made_at = models.DateTimeField("lúc ghi")

    class Meta:
        verbose_name = "ghi chú hồ sơ tồn"
        verbose_name_plural = "ghi chú hồ sơ tồn"
        indexes = [models.Index(fields=["dossier", "-id"], name="backlog_last")]


class Apology(models.Model):
    """The letter of apology of a dossier (Mẫu 04): drafted by the program, explained by the agency at fault, signed by its head.

    A dossier is promised a new date at most once, so it has at most one letter. `latest_at` is the last moment at which the
    law calls it in time; `entry_seq` is the entry of the promise.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", "chờ nêu lý do"
        REASONED = "reasoned", "chờ ký"
        SIGNED = "signed", "đã ký, đang gửi"
        DELIVERED = "delivered", "đã gửi"
        LAPSED = "lapsed", "không còn cần"

    class Why(models.TextChoices):
        LAST_DAY = "last_day", "đến lúc phải xin lỗi mà chưa xong"
        STEPS_LEFT = "steps_left", "các bước còn lại dài hơn thời gian còn lại"
        STEP_LATE = "step_late", "bước đang làm đã quá hạn"
        OVERDUE = "overdue", "đã quá hạn"

    class By(models.TextChoices):
        PAGE = "page", "trang tra cứu"
        SMS = "sms", "tin nhắn"
        EMAIL = "email", "thư điện tử"
        PAPER = "paper", "giao bản giấy"

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="apology", verbose_name="hồ sơ")
    state = models.CharField("trạng thái", max_length=10, choices=State)
    why = models.CharField("vì sao soạn", max_length=12, choices=Why)
    due_at = models.DateTimeField("hạn của hồ sơ khi soạn")
    latest_at = models.DateTimeField("muộn nhất phải xin lỗi")
    drafted_at = models.DateTimeField("lúc soạn")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan gây chậm")
    cause = models.CharField("nguyên nhân", max_length=8, blank=True, default="")
    reason = models.TextField("lý do", blank=True, default="")
    until = models.DateTimeField("hẹn lại", null=True)
    reasoned_at = models.DateTimeField("lúc nêu lý do", null=True)
    reasoned_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người nêu lý do"
    )
    signed_at = models.DateTimeField("lúc ký", null=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người ký")
    entry_seq = models.PositiveIntegerField("mục sổ cái", null=True)
    delivered_at = models.DateTimeField("lúc đến người nộp", null=True)
    delivered_by = models.CharField("đến bằng", max_length=8, choices=By, blank=True, default="")
    receiver = models.CharField("người nhận bản giấy", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "văn bản xin lỗi"
        verbose_name_plural = "văn bản xin lỗi"
        constraints = [
            models.CheckConstraint(
                name="apology_signed_has_entry",
                condition=~Q(state__in=["signed", "delivered"]) | Q(entry_seq__isnull=False, until__isnull=False),
            ),
            models.CheckConstraint(
                name="apology_delivered_when",
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False) & ~Q(delivered_by=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "latest_at", "id"],
                name="apology_waiting",
                condition=Q(state__in=["drafted", "reasoned"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state}"


class LatenessCause(models.Model):
    """Why a dossier ended late, to whom it is charged, in which step: proposed from the ledger, confirmed by a head."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="lateness", verbose_name="hồ sơ")
    due_at = models.DateTimeField("hạn được tính")
    ended_at = models.DateTimeField("lúc xong")
    proposed_at = models.DateTimeField("lúc đề xuất")
    proposed_code = models.CharField("nguyên nhân đề xuất", max_length=8)
    proposed_agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name="nơi gây chậm đề xuất"
    )
    proposed_step = models.CharField("bước đề xuất", max_length=300, blank=True)
    # What the proposal rests on: steps with their allotted and used minutes, pauses; no personal data.
    evidence = models.JSONField("căn cứ", default=dict)
    code = models.CharField("nguyên nhân", max_length=8)
    charged = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name="nơi gây chậm (trống = ngoài cơ quan)"
    )
    step = models.CharField("bước", max_length=300, blank=True)
    note = models.CharField("ghi chú", max_length=1000, blank=True, default="")
    confirmed_at = models.DateTimeField("lúc xác nhận", null=True)
    confirmed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người xác nhận"
    )

    class Meta:
        verbose_name = "nguyên nhân trễ hạn"
        verbose_name_plural = "nguyên nhân trễ hạn"
        indexes = [
            models.Index(fields=["ended_at", "id"], name="lateness_open", condition=Q(confirmed_at__isnull=True)),
            models.Index(fields=["ended_at"], name="lateness_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.code}"


class Simplification(models.Model):
    """What a decision of the province or an agency makes easier in a procedure than the catalogue demands.

    Its limits are promises of the catalogue room, so that a new dossier gets them; `process_version` is the version of
    the process that was shortened to keep them. A pilot ends by itself; `valid_to` is the first day without it.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="simplifications", verbose_name="thủ tục")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+", verbose_name="so với phiên bản")
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="simplifications", verbose_name="cơ quan (trống = toàn tỉnh)"
    )
    process_version = models.ForeignKey(
        ProcessVersion, models.PROTECT, null=True, related_name="simplifications", verbose_name="phiên bản quy trình"
    )
    decision_number = models.CharField("số quyết định", max_length=100)
    decision_date = models.DateField("ngày quyết định")
    pilot = models.BooleanField("thí điểm", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    sets_before = models.PositiveSmallIntegerField("số bộ hồ sơ trước", null=True)
    sets_after = models.PositiveSmallIntegerField("số bộ hồ sơ sau", null=True)
    note = models.CharField("ghi chú", max_length=500, blank=True)
    recorded_at = models.DateTimeField("lúc ghi")
    recorded_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người ghi")
    ended_at = models.DateTimeField("lúc cho kết thúc sớm", null=True)
    ended_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="người cho kết thúc"
    )
    end_reason = models.CharField("lý do kết thúc", max_length=300, blank=True)

    class Meta:
        verbose_name = "đơn giản hóa"
        verbose_name_plural = "đơn giản hóa"
        constraints = [
            models.CheckConstraint(
                name="simplification_dates",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="simplification_pilot_ends", condition=Q(pilot=False) | Q(valid_to__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["procedure", "valid_from"], name="simplification_of")]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.agency_id or '*'} {self.decision_number}"


class SimplifiedLimit(models.Model):
    """One limit cut: the catalogue's at that time and the promised one, both also in plain working minutes for counting."""

    simplification = models.ForeignKey(
        Simplification, models.PROTECT, related_name="limits", verbose_name="đơn giản hóa"
    )
    commitment = models.OneToOneField(
        CommittedLimit, models.PROTECT, related_name="simplified", verbose_name="thời hạn cam kết"
    )
    central_amount = models.PositiveIntegerField("thời hạn theo danh mục")
    central_unit = models.CharField("đơn vị", max_length=12)
    central_minutes = models.PositiveIntegerField("thời hạn theo danh mục (phút làm việc)")
    committed_minutes = models.PositiveIntegerField("thời hạn cam kết (phút làm việc)")

    class Meta:
        verbose_name = "thời hạn cắt giảm"
        verbose_name_plural = "thời hạn cắt giảm"
        constraints = [
            models.CheckConstraint(
                name="simplified_limit_shorter", condition=Q(committed_minutes__lt=models.F("central_minutes"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.simplification_id}: {self.central_minutes} → {self.committed_minutes}"


class SimplifiedPart(models.Model):
    """A paper, form or step that falls away, or is merged into another (`into`)."""

    class Kind(models.TextChoices):
        PAPER = "paper", "giấy tờ"
        FORM = "form", "biểu mẫu"
        STEP = "step", "bước"

    class Change(models.TextChoices):
        REMOVED = "removed", "cắt bỏ"
        MERGED = "merged", "gộp"

    simplification = models.ForeignKey(
        Simplification, models.PROTECT, related_name="parts", verbose_name="đơn giản hóa"
    )
    position = models.PositiveSmallIntegerField("thứ tự")
    kind = models.CharField("loại", max_length=5, choices=Kind)
    change = models.CharField("cách", max_length=7, choices=Change)
    name = models.TextField("tên")
    into = models.TextField("gộp vào", blank=True)

    class Meta:
        verbose_name = "phần đơn giản hóa"
        verbose_name_plural = "phần đơn giản hóa"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["simplification", "position"], name="simplified_part_once"),
            models.CheckConstraint(
                name="simplified_part_merged",
                condition=Q(change="removed", into="") | (Q(change="merged") & ~Q(into="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_change_display()} {self.get_kind_display()} “{self.name}”"
