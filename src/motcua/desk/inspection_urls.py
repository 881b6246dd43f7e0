"""Addresses of the inspection."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import inspection, inspection_rules, recording, standing_still

urlpatterns = [
    path("can-bo/kiem-tra/dau-hieu/", inspection.findings, name="inspection_findings"),
    path("can-bo/kiem-tra/dau-hieu/ra-soat/", inspection.search_now, name="inspection_search"),
    path("can-bo/kiem-tra/dau-hieu/<int:finding_id>/", inspection.finding, name="inspection_finding"),
    path("can-bo/kiem-tra/khong-xet/", inspection.exemptions, name="inspection_exemptions"),
    path("can-bo/kiem-tra/khong-xet/<int:exemption_id>/bo/", inspection.end_exemption, name="end_exemption"),
    path("can-bo/kiem-tra/nguong/", inspection_rules.rules, name="inspection_rules"),
    path("can-bo/kiem-tra/nguong/<slug:slug>/<slug:key>/", inspection_rules.rule, name="inspection_rule"),
    path("can-bo/kiem-tra/dung-yen/", standing_still.stuck, name="inspection_stuck"),
    path("can-bo/kiem-tra/dung-yen/tim-lai/", standing_still.find_now, name="find_stuck"),
    path("can-bo/kiem-tra/ton/", standing_still.backlog, name="inspection_backlog"),
    path("can-bo/ho-so-ton/", standing_still.my_backlog, name="my_backlog"),
    path("can-bo/kiem-tra/ghi-muon/", recording.late, name="inspection_late"),
    path("can-bo/kiem-tra/dinh-chinh/", recording.rectifications, name="inspection_rectifications"),
]
