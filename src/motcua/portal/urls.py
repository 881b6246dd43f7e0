"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path, register_converter

from motcua.portal.views import consultation, handin, public, track


class ProcedureCode:
    """What a procedure's code is made of; anything else has no page."""

    regex = r"[0-9A-Za-z.\-]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class AnyDossierCode(ProcedureCode):
    """A dossier's code may be any text of an older system, slashes included; a NUL byte no database would take."""

    regex = r"[^\x00]{1,100}?"


register_converter(ProcedureCode, "procedure")
register_converter(AnyDossierCode, "dossier")

app_name = "portal"

urlpatterns = [
    path("", public.home, name="home"),
    path("thu-tuc/", public.procedures, name="procedures"),
    path("thu-tuc/<procedure:code>/", public.procedure, name="procedure"),
    path("thu-tuc/<procedure:code>/giay-to/", public.checklist, name="checklist"),
    path("thu-tuc/<procedure:code>/nop/", handin.start, name="start"),
    path("nhap/<uuid:key>/", handin.draft, name="draft"),
    path("nhap/<uuid:key>/xoa/", handin.discard, name="discard"),
    path("nhap/<uuid:key>/<slug:name>/", handin.step, name="step"),
    path("mo-lai/<str:token>/", handin.resume, name="resume"),
    path("tra-cuu/", track.look_up, name="lookup"),
    path("h/<uuid:key>/", track.by_key, name="by_key"),
    path("ho-so-cua-toi/", track.mine, name="mine"),
    path("hoi-y-kien/<slug:secret>/", consultation.question, name="question"),
    path("hoi-y-kien/<slug:secret>/giay-to/<int:paper_id>/", consultation.paper, name="question_paper"),
    path("ket-thuc/", track.forget, name="forget"),
    path("ho-so/<dossier:code>/bien-nhan/", track.receipt, name="receipt"),
    path("ho-so/<dossier:code>/gui-them/", track.answer, name="answer"),
    path("ho-so/<dossier:code>/rut/", track.withdraw, name="withdraw"),
    path("ho-so/<dossier:code>/giay/<int:form_id>/", track.form_pdf, name="form"),
    path("ho-so/<dossier:code>/da-nop/<int:paper_id>/", track.paper, name="paper"),
    path("ho-so/<dossier:code>/ket-qua/<int:result_id>/", track.result_file, name="result"),
    path("ho-so/<dossier:code>/", track.dossier, name="dossier"),
]
