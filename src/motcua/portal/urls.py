"""Addresses of the portal. A dossier's code may be any text of an older system, slashes included, hence `path`."""

from __future__ import annotations

from django.urls import path

from motcua.portal.views import handin, public, track

app_name = "portal"

urlpatterns = [
    path("", public.home, name="home"),
    path("thu-tuc/", public.procedures, name="procedures"),
    path("thu-tuc/<str:code>/", public.procedure, name="procedure"),
    path("thu-tuc/<str:code>/giay-to/", public.checklist, name="checklist"),
    path("thu-tuc/<str:code>/nop/", handin.start, name="start"),
    path("nhap/<uuid:key>/", handin.draft, name="draft"),
    path("nhap/<uuid:key>/xoa/", handin.discard, name="discard"),
    path("nhap/<uuid:key>/<slug:name>/", handin.step, name="step"),
    path("mo-lai/<str:token>/", handin.resume, name="resume"),
    path("tra-cuu/", track.look_up, name="lookup"),
    path("h/<uuid:key>/", track.by_key, name="by_key"),
    path("ho-so-cua-toi/", track.mine, name="mine"),
    path("ket-thuc/", track.forget, name="forget"),
    path("ho-so/<path:code>/bien-nhan/", track.receipt, name="receipt"),
    path("ho-so/<path:code>/gui-them/", track.answer, name="answer"),
    path("ho-so/<path:code>/rut/", track.withdraw, name="withdraw"),
    path("ho-so/<path:code>/giay/<int:form_id>/", track.form_pdf, name="form"),
    path("ho-so/<path:code>/da-nop/<int:paper_id>/", track.paper, name="paper"),
    path("ho-so/<path:code>/ket-qua/<int:result_id>/", track.result_file, name="result"),
    path("ho-so/<path:code>/", track.dossier, name="dossier"),
]
