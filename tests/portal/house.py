"""A province with a public face: the small one of all tests, with papers, places and words to search."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVector
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Value
from django.http import HttpResponse
from tests.province import Province, build_province

from motcua.catalog.models import LegalGround, Procedure, ResultKind
from motcua.organizations.models import Desk
from motcua.platform.text import search_key


def text(response: HttpResponse) -> str:
    return response.content.decode()


def index_words(procedure: Procedure) -> None:
    """What the importer does: the words by which a procedure is found."""
    key = search_key(f"{procedure.code} {procedure.name} {procedure.sector.name}")
    Procedure.objects.filter(pk=procedure.pk).update(words=SearchVector(Value(key), config="simple"))


def build_public_province() -> Province:
    province = build_province()
    index_words(province.procedure)
    version = province.procedure.current
    version.audience = ["Công dân Việt Nam", "Doanh nghiệp"]
    version.steps_text = "- Nộp hồ sơ tại bộ phận một cửa.\n- Nhận kết quả theo giấy hẹn."
    version.conditions_text = "Phù hợp quy hoạch."
    version.levels = ["province"]
    version.save()
    ResultKind.objects.create(version=version, position=1, name="Giấy phép xây dựng")
    LegalGround.objects.create(version=version, position=1, number="50/2014/QH13", title="Luật Xây dựng")
    Desk.objects.filter(pk=province.desk.pk).update(address="01 Trần Phú, Nha Trang", phone="0258 3 822 222")
    return province


def pdf(name: str = "to-khai.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(
        name, b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", content_type="application/pdf"
    )
