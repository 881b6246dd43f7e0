"""The dossier, its papers and results, and the ledger of everything that happened to it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from motcua.catalog.models import Channel, Procedure, ProcedureVersion
from motcua.identity.models import Business, Person
from motcua.law.lifecycle import OPEN, STATE_TEXT, State
from motcua.organizations.models import Agency, Desk, Officer, Unit, WorkCalendar

STATE_CHOICES = [(state.value, text) for state, text in STATE_TEXT.items()]
OPEN_STATES = sorted(state.value for state in OPEN)
# Not answered to the end: what a second hand-in of the same thing would double.
UNDECIDED_STATES = sorted(state.value for state in OPEN | {State.SUBMITTED, State.AWAITING_COMPLETION})
LIVING_STATES = sorted([*UNDECIDED_STATES, State.RESOLVED.value])


# What the rules of the queues look at, apart from who may see it.
COUNTED_BY = ("state", "officer", "unit", "due_at", "papers_due_at", "withdrawal_requested_at", "result_at_desk_at")


class ApplicantKind(models.TextChoices):
    CITIZEN = "citizen", "Cá nhân"
    BUSINESS = "business", "Doanh nghiệp"
    ORGANISATION = "organisation", "Tổ chức"
    STATE = "state", "Cơ quan nhà nước"


class ReturnMethod(models.TextChoices):
    DESK = "desk", "Tại bộ phận một cửa"
    POST = "post", "Qua bưu chính"
    ELECTRONIC = "electronic", "Bản điện tử"


class PauseKind(models.TextChoices):
    SUPPLEMENT = "supplement", "Chờ bổ sung"
    PAYMENT = "payment", "Chờ nghĩa vụ tài chính"
    LEGAL = "legal", "Tạm dừng theo quy định"


class Dossier(models.Model):
    """One request under one procedure version. Only the services and `dossiers.bulk` write it.

    Moments are UTC. `original_due_at` is the due printed on Mẫu 01; `due_at` the one that counts; `promised_at` the
    date given with an apology, which does not count. While the clock is paused `paused_at` is set and `due_at` keeps its last value.
    """

    intake_key = models.UUIDField("khóa chống nộp trùng", unique=True, default=uuid.uuid4)
    access_key = models.UUIDField("khóa tra cứu trên mã QR", unique=True, default=uuid.uuid4)
    code = models.CharField("mã hồ sơ", max_length=100, unique=True, null=True)
    # Told by another system, where its work is done: here it is read and counted, never moved.
    imported = models.BooleanField("nhập từ hệ thống khác", default=False, db_default=False)
    state = models.CharField("trạng thái", max_length=20, choices=STATE_CHOICES)
    seq = models.PositiveIntegerField("số mục sổ cái")
    head = models.BinaryField("băm mục cuối", max_length=32)

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="dossiers", verbose_name="thủ tục")
    # Of an imported dossier it may be unknown: version, desks, submitter, how it came (empty) and whether with help.
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, null=True, related_name="dossiers", verbose_name="phiên bản thủ tục"
    )
    # Indexes that begin with the agency or the desk stand below, so a plain one would only cost each write.
    agency = models.ForeignKey(
        Agency, models.PROTECT, db_index=False, related_name="dossiers", verbose_name="cơ quan có thẩm quyền"
    )
    receiving_desk = models.ForeignKey(
        Desk, models.PROTECT, null=True, db_index=False, related_name="received", verbose_name="nơi tiếp nhận"
    )
    return_desk = models.ForeignKey(
        Desk, models.PROTECT, null=True, db_index=False, related_name="returning", verbose_name="nơi trả"
    )
    channel = models.CharField("hình thức nộp", max_length=10, choices=Channel)
    assisted = models.BooleanField("nộp có hỗ trợ", default=False, null=True)
    return_method = models.CharField("hình thức nhận kết quả", max_length=10, choices=ReturnMethod)
    sets = models.PositiveSmallIntegerField("số bộ", default=1)
    request = models.CharField("nội dung yêu cầu", max_length=500, blank=True)

    applicant_kind = models.CharField("loại chủ hồ sơ", max_length=12, choices=ApplicantKind)
    submitter = models.ForeignKey(Person, models.PROTECT, null=True, related_name="submitted", verbose_name="người nộp")
    owner_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="owned", verbose_name="chủ hồ sơ")
    owner_business = models.ForeignKey(
        Business, models.PROTECT, null=True, related_name="owned", verbose_name="chủ hồ sơ (tổ chức)"
    )
    authorisation = models.CharField("giấy ủy quyền", max_length=300, blank=True)
    owner_name = models.CharField("tên chủ hồ sơ", max_length=300, blank=True)
    owner_hmac = models.BinaryField("dấu tìm của chủ hồ sơ", max_length=32, null=True)
    phone_hmac = models.BinaryField("dấu tìm của số điện thoại", max_length=32, null=True)
    words = SearchVectorField("từ để tìm, không dấu")

    limit_amount = models.PositiveIntegerField("thời hạn", null=True)
    limit_unit = models.CharField("đơn vị thời hạn", max_length=12, blank=True)
    second_amount = models.PositiveIntegerField("thời hạn giai đoạn 2", null=True)
    second_unit = models.CharField("đơn vị thời hạn giai đoạn 2", max_length=12, blank=True)
    due_policy = models.CharField("cách tính hạn", max_length=12)
    # That of its agency when it came in, null = the national one: what was told then is explained and counted on by it.
    calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, null=True, related_name="+", verbose_name="lịch tính hạn", db_index=False
    )
    fee_vnd = models.BigIntegerField("phí, lệ phí", null=True)

    submitted_at = models.DateTimeField("lúc nộp", null=True)
    answer_due_at = models.DateTimeField("hạn trả lời", null=True)
    answer_breaches = models.PositiveSmallIntegerField("số lần trả lời quá hạn", default=0, db_default=0)
    completion_due_at = models.DateTimeField("hạn hoàn thiện", null=True)
    completion_rounds = models.PositiveSmallIntegerField("số lần yêu cầu hoàn thiện", default=0)
    accepted_at = models.DateTimeField("lúc tiếp nhận", null=True)
    papers_due_at = models.DateTimeField("hạn chuyển hồ sơ giấy đến cơ quan giải quyết", null=True)
    clock_started_at = models.DateTimeField("lúc bắt đầu tính hạn", null=True)
    first_stage_due_at = models.DateTimeField("hạn giai đoạn 1", null=True)
    original_due_at = models.DateTimeField("hạn ban đầu", null=True)
    due_at = models.DateTimeField("hạn được tính", null=True)
    promised_at = models.DateTimeField("ngày hẹn lại", null=True)
    paused_at = models.DateTimeField("lúc tạm dừng", null=True)
    pause_kind = models.CharField("loại tạm dừng", max_length=12, blank=True, choices=PauseKind)
    supplement_due_at = models.DateTimeField("hạn bổ sung", null=True)
    supplement_rounds = models.PositiveSmallIntegerField("số lần yêu cầu bổ sung", default=0)
    withdrawal_requested_at = models.DateTimeField("lúc đề nghị rút", null=True)
    result_signed_at = models.DateTimeField("lúc ký kết quả", null=True)
    resolved_at = models.DateTimeField("lúc có kết quả", null=True)
    result_at_desk_at = models.DateTimeField("lúc kết quả về nơi trả", null=True)
    result_sent_at = models.DateTimeField("lúc gửi bưu chính", null=True)
    handed_over_at = models.DateTimeField("lúc trả kết quả", null=True)
    ended_at = models.DateTimeField("lúc kết thúc không có kết quả", null=True)

    # The digest of the version of the internal process that it follows; the process itself stands in a room above.
    process = models.CharField("quy trình nội bộ", max_length=64, blank=True, default="", db_default="")
    # Other agencies that have had a part in it: they may open it, but it is in nobody's list but its own agency's.
    shared_with = ArrayField(
        models.BigIntegerField(), verbose_name="cơ quan cùng làm", default=list, db_default=Value("{}")
    )
    step = models.CharField("bước đang xử lý", max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="phòng đang giữ")
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="holding", verbose_name="cán bộ đang giữ"
    )

    class Meta:
        verbose_name = "hồ sơ"
        verbose_name_plural = "hồ sơ"
        constraints = [
            models.CheckConstraint(
                name="dossier_one_owner",
                condition=Q(owner_person__isnull=True) | Q(owner_business__isnull=True),
            ),
            models.CheckConstraint(
                name="dossier_handed_over_after_resolved",
                condition=Q(handed_over_at__isnull=True) | Q(resolved_at__isnull=False),
            ),
            models.CheckConstraint(name="dossier_seq_positive", condition=Q(seq__gt=0)),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"], name="dossier_open_agency", condition=Q(state__in=OPEN_STATES)
            ),
            # For what is received or returned at a desk, whichever agency is competent.
            models.Index(
                fields=["receiving_desk", "due_at", "id"],
                name="dossier_open_received",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["return_desk", "due_at", "id"], name="dossier_open_return", condition=Q(state__in=OPEN_STATES)
            ),
            models.Index(
                fields=["officer", "due_at", "id"], name="dossier_open_officer", condition=Q(state__in=OPEN_STATES)
            ),
            models.Index(
                fields=["receiving_desk", "answer_due_at", "id"],
                name="dossier_submitted",
                condition=Q(state="submitted"),
            ),
            models.Index(
                fields=["return_desk", "resolved_at", "id"], name="dossier_uncollected", condition=Q(state="resolved")
            ),
            # Counts of all queues in one statement, for an agency or for a desk, without touching finished dossiers.
            # It holds every column that the rules of the queues ask for, so that twenty thousand open dossiers of one agency
            # are counted from the index alone.
            models.Index(
                fields=["agency"],
                include=["id", *COUNTED_BY],
                name="dossier_living_counts",
                condition=Q(state__in=LIVING_STATES),
            ),
            models.Index(
                fields=["receiving_desk"], name="dossier_living_received", condition=Q(state__in=LIVING_STATES)
            ),
            models.Index(fields=["return_desk"], name="dossier_living_return", condition=Q(state__in=LIVING_STATES)),
            models.Index(
                fields=["agency", "papers_due_at", "id"],
                name="dossier_papers_coming",
                condition=Q(papers_due_at__isnull=False),
            ),
            models.Index(fields=["agency", "-id"], name="dossier_answered_late", condition=Q(answer_breaches__gt=0)),
            # Those of which another agency has had a part, for the list of what lies elsewhere.
            models.Index(
                fields=["agency", "id"], name="dossier_shared", condition=Q(state__in=OPEN_STATES) & ~Q(shared_with=[])
            ),
            models.Index(fields=["owner_hmac", "procedure"], name="dossier_owner"),
            models.Index(fields=["phone_hmac"], name="dossier_phone"),
            models.Index(fields=["agency", "-id"], name="dossier_agency_recent"),
            models.Index(fields=["receiving_desk", "-id"], name="dossier_received_recent"),
            models.Index(fields=["return_desk", "-id"], name="dossier_return_recent"),
        ]

    def __str__(self) -> str:
        return self.code or f"#{self.pk}"

    @property
    def same_day_due(self) -> bool:
        """Whether the due is the closing of a same-day procedure, which has no limit to count."""
        return self.due_at is not None and self.limit_amount is None and self.procedure.same_day


class SearchRow(models.Model):
    """What a dossier is found by. The database keeps it: a trigger follows `words`, agency and desks of the dossier.

    Each word stands here plain and once more for its agency (`a12.hoa`) and for each of its desks (`d3.hoa`), so that an
    officer's search reads what lies in the officer's scope, however many dossiers of the province bear the same name. Apart
    from the dossier because a move writes all indexes of that row anew, and a name does not move.
    """

    dossier = models.OneToOneField(Dossier, models.CASCADE, primary_key=True, related_name="+", verbose_name="hồ sơ")
    words = SearchVectorField("từ để tìm, không dấu, theo phạm vi")

    class Meta:
        verbose_name = "dòng tìm kiếm"
        verbose_name_plural = "dòng tìm kiếm"
        indexes = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]


class Draft(models.Model):
    """What a person has filled in but not handed in. No dossier yet, no clock; deleted when submitted or expired."""

    key = models.UUIDField("khóa", primary_key=True, default=uuid.uuid4)
    procedure = models.ForeignKey(Procedure, models.PROTECT, verbose_name="thủ tục")
    data = models.JSONField("dữ liệu", default=dict)
    created_at = models.DateTimeField("lúc tạo")
    updated_at = models.DateTimeField("lúc sửa")

    class Meta:
        verbose_name = "hồ sơ nháp"
        verbose_name_plural = "hồ sơ nháp"
        indexes = [models.Index(fields=["updated_at"], name="draft_updated")]


class Paper(models.Model):
    """A paper handed in with a dossier. `file` is the SHA-256 of stored content (see documents), empty for paper only."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="papers", verbose_name="hồ sơ")
    position = models.PositiveSmallIntegerField("thứ tự")
    round = models.PositiveSmallIntegerField("lần nộp", default=0)
    name = models.TextField("tên giấy tờ")
    originals = models.PositiveSmallIntegerField("bản chính", default=0)
    copies = models.PositiveSmallIntegerField("bản sao", default=0)
    pages = models.PositiveSmallIntegerField("số trang", null=True)
    file = models.CharField("tệp", max_length=64, blank=True)
    file_name = models.CharField("tên tệp", max_length=200, blank=True)

    class Meta:
        verbose_name = "giấy tờ"
        verbose_name_plural = "giấy tờ"
        ordering = ["round", "position"]
        constraints = [models.UniqueConstraint(fields=["dossier", "round", "position"], name="paper_once")]


class Result(models.Model):
    """The signed result, or the signed negative reply of a returned dossier. Voided, never deleted, by `rectify`."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="results", verbose_name="hồ sơ")
    entry_seq = models.PositiveIntegerField("mục sổ cái")
    kind = models.CharField("loại kết quả", max_length=300)
    number = models.CharField("số", max_length=100)
    signed_on = models.DateField("ngày ký")
    signer = models.CharField("người ký", max_length=200)
    electronic = models.BooleanField("bản điện tử", default=False)
    file = models.CharField("tệp", max_length=64, blank=True)
    voided_at = models.DateTimeField("lúc hủy", null=True)

    class Meta:
        verbose_name = "kết quả"
        verbose_name_plural = "kết quả"
        constraints = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(voided_at__isnull=True), name="result_one_valid"),
        ]
        indexes = [models.Index(fields=["number"], name="result_number")]


class NumberSeries(models.Model):
    """Last number given per (prefix, day); gap-free because it is taken in the transaction that uses it."""

    prefix = models.CharField(max_length=60)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = "dãy số"
        verbose_name_plural = "dãy số"
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="series_once")]


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """xid8: the 64-bit id of the writing transaction, by which readers order without losing late commits."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class LedgerEntry(models.Model):
    """One thing that happened. `text` is exactly what was hashed; `data` is generated from it by the database."""

    xid = TransactionIdField(db_default=RawSQL("pg_current_xact_id()", ()), editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="entries", verbose_name="hồ sơ")
    seq = models.PositiveIntegerField("thứ tự")
    kind = models.CharField("loại", max_length=60)
    occurred_at = models.DateTimeField("lúc xảy ra")
    recorded_at = models.DateTimeField("lúc ghi")
    format = models.PositiveSmallIntegerField("định dạng")
    text = models.TextField("nội dung")
    data = models.GeneratedField(
        expression=Cast(F("text"), models.JSONField()), output_field=models.JSONField(), db_persist=True
    )
    prev = models.BinaryField("băm mục trước", max_length=32)
    hash = models.BinaryField("băm", max_length=32)

    class Meta:
        verbose_name = "mục sổ cái"
        verbose_name_plural = "sổ cái"
        constraints = [models.UniqueConstraint(fields=["dossier", "seq"], name="ledger_once")]
        indexes = [
            models.Index(fields=["xid", "id"], name="ledger_order"),
            # Entries lie in the order of their recording, so a few pages tell where a day begins and ends.
            BrinIndex(fields=["recorded_at"], name="ledger_recorded", autosummarize=True, pages_per_range=32),
        ]


class LedgerPrivate(models.Model):
    """Personal data of an entry and the key of its HMACs. Deleting the row erases the person; the chain still verifies."""

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, primary_key=True, related_name="private")
    key = models.BinaryField(max_length=32)
    values = models.JSONField()

    class Meta:
        verbose_name = "dữ liệu riêng của sổ cái"
        verbose_name_plural = "dữ liệu riêng của sổ cái"


class Timer(models.Model):
    """A legal moment of a dossier that the sweep must act on, by the program's own clock; one per (dossier, kind)."""

    class Kind(models.TextChoices):
        COMPLETION_DUE = "completion_due", "hết hạn hoàn thiện"
        SUPPLEMENT_DUE = "supplement_due", "hết hạn bổ sung"
        UNCOLLECTED = "uncollected", "nhắc nhận kết quả"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="timers", verbose_name="hồ sơ")
    kind = models.CharField("loại", max_length=20, choices=Kind)
    fires_at = models.DateTimeField("lúc đến")
    fired_at = models.DateTimeField("lúc đã xử lý", null=True)

    class Meta:
        verbose_name = "hẹn giờ"
        verbose_name_plural = "hẹn giờ"
        constraints = [models.UniqueConstraint(fields=["dossier", "kind"], name="timer_once")]
        indexes = [models.Index(fields=["fires_at"], name="timer_waiting", condition=Q(fired_at__isnull=True))]


class OneTimeCode(models.Model):
    """A code sent to the receiver as proof of hand-over. Only its hash is kept; five tries, fifteen minutes."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="one_time_codes", verbose_name="hồ sơ")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "mã xác nhận một lần"
        verbose_name_plural = "mã xác nhận một lần"


class PersonalDataView(models.Model):
    """That somebody looked at unmasked personal data: who, whose, when, why."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="views", verbose_name="hồ sơ")
    actor = models.CharField("người xem", max_length=80)
    at = models.DateTimeField("lúc xem")
    purpose = models.CharField("mục đích", max_length=200)

    class Meta:
        verbose_name = "lượt xem dữ liệu cá nhân"
        verbose_name_plural = "lượt xem dữ liệu cá nhân"
