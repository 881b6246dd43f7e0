"""Administrative procedures (TTHC) and their dated versions. A dossier keeps the version of its receipt."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Channel(models.TextChoices):
    """How a dossier can be handed in; the catalogue states limits for online, counter and post."""

    ONLINE = "online", "Trực tuyến"
    COUNTER = "counter", "Trực tiếp"
    POST = "post", "Bưu chính"
    HOME = "home", "Tại nhà"
    KIOSK = "kiosk", "Ki-ốt"
    VNEID = "vneid", "VNeID"


class Sector(models.Model):
    code = models.CharField("mã", max_length=60, unique=True)
    name = models.CharField("tên lĩnh vực", max_length=300)
    name_key = models.CharField("khóa tìm", max_length=300, db_index=True)
    imported = models.BooleanField("tạo khi nhập dữ liệu", default=False)

    class Meta:
        verbose_name = "lĩnh vực"
        verbose_name_plural = "lĩnh vực"

    def __str__(self) -> str:
        return self.name


class Procedure(models.Model):
    """One administrative procedure. `current` is the version in force (null only for one created by an import of dossiers)."""

    code = models.CharField("mã thủ tục", max_length=40, unique=True)
    name = models.TextField("tên thủ tục")
    words = SearchVectorField("từ để tìm, không dấu", null=True)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="procedures", verbose_name="lĩnh vực")
    current = models.ForeignKey(
        "ProcedureVersion", models.PROTECT, null=True, related_name="+", verbose_name="bản đang hiệu lực"
    )
    same_day = models.BooleanField("trả kết quả trong ngày", default=False)
    imported = models.BooleanField("tạo khi nhập dữ liệu", default=False)

    class Meta:
        verbose_name = "thủ tục hành chính"
        verbose_name_plural = "thủ tục hành chính"
        indexes = [GinIndex(fields=["words"], name="procedure_words")]

    def __str__(self) -> str:
        return self.name


class ProcedureVersion(models.Model):
    """What the procedure demanded and promised between two dates."""

    class Level(models.TextChoices):
        MINISTRY = "ministry", "Cấp bộ"
        PROVINCE = "province", "Cấp tỉnh"
        COMMUNE = "commune", "Cấp xã"
        OTHER = "other", "Cơ quan khác"

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions", verbose_name="thủ tục")
    number = models.PositiveIntegerField("lần")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực", null=True)
    content_hash = models.CharField("băm nội dung", max_length=64)
    name = models.TextField("tên thủ tục")
    decision_number = models.CharField("số quyết định công bố", max_length=200, blank=True)
    levels = ArrayField(models.CharField(max_length=10, choices=Level), verbose_name="cấp thực hiện", default=list)
    audience = ArrayField(models.TextField(), verbose_name="đối tượng thực hiện", default=list)
    competent_agency = models.TextField("cơ quan có thẩm quyền", blank=True)
    performing_agency = models.TextField("cơ quan thực hiện", blank=True)
    sets = models.PositiveSmallIntegerField("số bộ hồ sơ", null=True)
    service_level = models.CharField("mức dịch vụ công trực tuyến", max_length=12, blank=True)
    has_steps = models.BooleanField("có trình tự thực hiện", default=False)
    has_conditions = models.BooleanField("có yêu cầu, điều kiện", default=False)
    steps_text = models.TextField("trình tự thực hiện", blank=True)
    conditions_text = models.TextField("yêu cầu, điều kiện", blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True)

    class Meta:
        verbose_name = "phiên bản thủ tục"
        verbose_name_plural = "phiên bản thủ tục"
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.number}"


class ChannelRule(models.Model):
    """Limit and fee of one channel, in one case (`condition`, empty = always), in one stage (1, or 1 and 2).

    `amount` null = no limit is stated or it waits in the review list. `fee_vnd` null = not a plain amount (`fee_text` says).
    """

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="channels", verbose_name="phiên bản")
    position = models.PositiveSmallIntegerField("thứ tự")
    channel = models.CharField("hình thức", max_length=10, choices=Channel)
    stage = models.PositiveSmallIntegerField("giai đoạn", default=1)
    condition = models.TextField("trường hợp", blank=True)
    amount = models.PositiveIntegerField("số lượng", null=True)
    unit = models.CharField("đơn vị", max_length=12, blank=True)
    limit_text = models.TextField("thời hạn nguyên văn", blank=True)
    fee_vnd = models.BigIntegerField("phí, lệ phí (đồng)", null=True)
    fee_text = models.TextField("phí, lệ phí nguyên văn", blank=True)

    class Meta:
        verbose_name = "thời hạn, phí theo hình thức"
        verbose_name_plural = "thời hạn, phí theo hình thức"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="channelrule_once")]


class CommittedLimit(models.Model):
    """A limit promised in place of the catalogue's for one channel, case and stage, by the province (agency empty) or by an
    agency and those below it, between two dates.

    What a dossier gets is the shortest of the catalogue's limit and every promise that covers it on the day it comes in:
    a promise never lengthens.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="commitments", verbose_name="thủ tục")
    agency = models.ForeignKey(
        "organizations.Agency", models.PROTECT, null=True, related_name="+", verbose_name="cơ quan (trống = toàn tỉnh)"
    )
    channel = models.CharField("hình thức", max_length=10, choices=Channel)
    stage = models.PositiveSmallIntegerField("giai đoạn", default=1)
    condition = models.TextField("trường hợp", blank=True)
    amount = models.PositiveIntegerField("số lượng")
    unit = models.CharField("đơn vị", max_length=12)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)

    class Meta:
        verbose_name = "thời hạn cam kết"
        verbose_name_plural = "thời hạn cam kết"
        constraints = [
            models.CheckConstraint(name="commitment_amount", condition=models.Q(amount__gte=1)),
            models.CheckConstraint(
                name="commitment_dates",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["procedure", "channel"], name="commitment_of_procedure")]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.agency_id or '*'}/{self.channel}: {self.amount} {self.unit}"


_BULLETS = "-+*•– \t\n"
_REMARKS = (
    "trường hợp", "(trường hợp", "đối với", "lưu ý", "ghi chú", "người ", "cá nhân", "cơ quan", "khi ", "nếu ", "các trường hợp",
)  # fmt: skip


class PaperRequirement(models.Model):
    """One paper of the dossier (thành phần hồ sơ). Counts null = the source does not say."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="papers", verbose_name="phiên bản")
    position = models.PositiveSmallIntegerField("thứ tự")
    case = models.TextField("trường hợp", blank=True)
    name = models.TextField("tên giấy tờ")
    form_name = models.CharField("mẫu đơn, tờ khai", max_length=300, blank=True)
    originals = models.PositiveSmallIntegerField("bản chính", null=True)
    copies = models.PositiveSmallIntegerField("bản sao", null=True)

    class Meta:
        verbose_name = "thành phần hồ sơ"
        verbose_name_plural = "thành phần hồ sơ"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="paper_requirement_once")]

    @property
    def label(self) -> str:
        """The name without the bullet and the semicolon between which the catalogue's text puts it."""
        return self.name.lstrip(_BULLETS).rstrip("; \n")

    @property
    def heading(self) -> str:
        return self.case.strip(_BULLETS)

    @property
    def is_remark(self) -> bool:
        """Whether this line of the catalogue's list explains something and asks for no paper.

        Only a line without counts and form is taken for one, and only by words that no paper's name begins with: a
        paper hidden among remarks costs a visit.
        """
        if self.originals or self.copies or self.form_name:
            return False
        text = self.label.lower()
        return text.startswith(_REMARKS) or text.endswith(":") or self.heading.lower() in ("lưu ý", "ghi chú")


class ResultKind(models.Model):
    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="results", verbose_name="phiên bản")
    position = models.PositiveSmallIntegerField("thứ tự")
    code = models.CharField("mã", max_length=40, blank=True)
    name = models.TextField("tên kết quả")

    class Meta:
        verbose_name = "kết quả"
        verbose_name_plural = "kết quả"
        ordering = ["position"]


class LegalGround(models.Model):
    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="grounds", verbose_name="phiên bản")
    position = models.PositiveSmallIntegerField("thứ tự")
    number = models.CharField("số hiệu", max_length=120, blank=True)
    title = models.TextField("trích yếu", blank=True)

    class Meta:
        verbose_name = "căn cứ pháp lý"
        verbose_name_plural = "căn cứ pháp lý"
        ordering = ["position"]


class Posted(models.QuerySet["DeskProcedure"]):
    def in_force(self, on: date) -> Posted:
        """What is posted on a local day."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))


class DeskProcedure(models.Model):
    """That a desk takes a procedure, and which agency is competent for it there: what is posted at the desk.

    `valid_to` is the first day on which it is posted no more. A row is never deleted, so that the list of a past day is
    the one that hung there; posted again is another row, unless the end was still to come and is called off. The `again_`
    fields say why, by whom and when a row was posted again by hand, either way.
    """

    desk = models.ForeignKey(
        "organizations.Desk", models.PROTECT, related_name="procedures", verbose_name="bộ phận một cửa"
    )
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="desks", verbose_name="thủ tục")
    agency = models.ForeignKey(
        "organizations.Agency", models.PROTECT, related_name="+", verbose_name="cơ quan có thẩm quyền"
    )
    valid_from = models.DateField("niêm yết từ (trống = từ đầu)", null=True)
    valid_to = models.DateField("thôi niêm yết từ", null=True)
    reason = models.CharField("lý do thôi niêm yết", max_length=300, blank=True, default="", db_default="")
    ended_by = models.ForeignKey(
        "organizations.Officer", models.PROTECT, null=True, related_name="+", verbose_name="người gỡ", db_index=False
    )
    ended_at = models.DateTimeField("lúc gỡ", null=True)
    again_reason = models.CharField("lý do niêm yết lại", max_length=300, blank=True, default="", db_default="")
    again_by = models.ForeignKey(
        "organizations.Officer",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="người niêm yết lại",
        db_index=False,
    )
    again_at = models.DateTimeField("lúc niêm yết lại", null=True)

    objects = Posted.as_manager()

    class Meta:
        verbose_name = "thủ tục tại bộ phận một cửa"
        verbose_name_plural = "thủ tục tại bộ phận một cửa"
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "procedure", "agency"], name="deskprocedure_once", condition=Q(valid_to=None)
            ),
            models.CheckConstraint(
                name="deskprocedure_dated",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["desk", "procedure", "agency"], name="deskprocedure_there")]


class ReviewItem(models.Model):
    """Something in a version that could not be read plainly; waits for an administrator, never guessed."""

    class Status(models.TextChoices):
        OPEN = "open", "chờ xử lý"
        ACCEPTED = "accepted", "nhận gợi ý"
        CORRECTED = "corrected", "đã sửa"
        DISMISSED = "dismissed", "bỏ qua"

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="reviews", verbose_name="phiên bản")
    position = models.PositiveSmallIntegerField("thứ tự")
    field = models.CharField("mục", max_length=40)
    text = models.TextField("nguyên văn")
    reason = models.TextField("vì sao cần xem")
    suggestion = models.JSONField("gợi ý", null=True)
    status = models.CharField("trạng thái", max_length=10, choices=Status, default=Status.OPEN)
    decision = models.JSONField("quyết định", null=True)
    settled_by = models.ForeignKey("organizations.Officer", models.PROTECT, null=True, verbose_name="người xử lý")
    settled_at = models.DateTimeField("lúc xử lý", null=True)

    class Meta:
        verbose_name = "mục cần xem lại"
        verbose_name_plural = "mục cần xem lại"
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="review_once")]
        indexes = [models.Index(fields=["status", "field"], name="review_status")]
