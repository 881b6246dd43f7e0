"""Addresses of reports, beside the desk's."""

from __future__ import annotations

from django.urls import path

from motcua.reporting.views import causes, declared, differences, filings, form_06a, narrative

app_name = "reporting"

urlpatterns = [
    path("can-bo/bao-cao/06a/", filings.filing_list, name="filings"),
    path("can-bo/bao-cao/06a/xem/", form_06a.form_page, name="form"),
    path("can-bo/bao-cao/06a/xem/ho-so/", form_06a.rows, name="form_cell"),
    path("can-bo/bao-cao/06a/lap/", filings.prepare_filing, name="prepare"),
    path("can-bo/bao-cao/06a/<int:filing_id>/", filings.filing, name="filing"),
    path("can-bo/bao-cao/06a/<int:filing_id>/ho-so/", filings.cell, name="filing_cell"),
    path("can-bo/bao-cao/06a/<int:filing_id>/ban-chot.<str:form>", filings.paper, name="filing_paper"),
    path("can-bo/bao-cao/06a/<int:filing_id>/chenh-lech/", differences.differences, name="differences"),
    path("can-bo/bao-cao/06a/<int:filing_id>/<slug:slug>/", filings.go_on, name="filing_step"),
    path("can-bo/bao-cao/nguyen-nhan/", causes.causes_page, name="causes"),
    path("can-bo/bao-cao/nguyen-nhan/ho-so/", causes.rows, name="cause_rows"),
    path("can-bo/bao-cao/ke-khai/", declared.declared_list, name="declared"),
    path("can-bo/bao-cao/ke-khai/<slug:code>/", declared.declared_figure, name="declared_figure"),
    path("can-bo/bao-cao/bang-loi/", narrative.narrative_page, name="narrative"),
]
