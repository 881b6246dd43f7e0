"""Addresses of the desk. Every view states who may enter (`desk.access`); a whole-app test reads this list."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import (
    admin,
    batch,
    bulk,
    dossier,
    inbox,
    lists,
    move,
    printing,
    reception,
    same_day,
    session,
    step,
)

app_name = "desk"

urlpatterns = [
    path("dang-nhap/", session.sign_in, name="sign_in"),
    path("dang-xuat/", session.sign_out, name="sign_out"),
    path("can-bo/", session.home, name="home"),
    path("can-bo/vi-tri/", session.posts, name="posts"),
    path("can-bo/danh-sach/<slug:slug>/", lists.queue, name="queue"),
    path("can-bo/viec/so-luong/", inbox.counts, name="work_counts"),
    path("can-bo/viec/luu/", inbox.save_view, name="save_view"),
    path("can-bo/viec/luu/<int:view_id>/", inbox.change_view, name="change_view"),
    path("can-bo/viec/nhieu-viec/", bulk.start, name="bulk"),
    path("can-bo/viec/nhieu-viec/<uuid:key>/", bulk.run_page, name="bulk_run"),
    path("can-bo/viec/nhieu-viec/<uuid:key>/tiep/", bulk.go_on, name="bulk_go_on"),
    path("can-bo/viec/nhieu-viec/<uuid:key>/lai/", bulk.again, name="bulk_again"),
    path("can-bo/viec/<slug:slug>/", inbox.inbox, name="inbox"),
    path("can-bo/tim/", lists.search, name="search"),
    path("can-bo/tiep-nhan/", reception.reception, name="reception"),
    path("can-bo/tiep-nhan/<int:dossier_id>/", reception.received, name="received"),
    path("can-bo/trong-ngay/", same_day.same_day, name="same_day"),
    path("can-bo/chung-thuc/", batch.batch, name="batch"),
    path("can-bo/ho-so/<int:dossier_id>/", dossier.timeline, name="dossier"),
    path("can-bo/ho-so/<int:dossier_id>/xem-day-du/", dossier.full_view, name="full_view"),
    path("can-bo/ho-so/<int:dossier_id>/giay-to/", dossier.papers, name="papers"),
    path("can-bo/ho-so/<int:dossier_id>/giay-to/<int:paper_id>/", dossier.paper_file, name="paper_file"),
    path("can-bo/ho-so/<int:dossier_id>/ket-qua/<int:result_id>/", dossier.result_file, name="result_file"),
    path("can-bo/ho-so/<int:dossier_id>/bieu-mau/", dossier.forms, name="forms"),
    path("can-bo/ho-so/<int:dossier_id>/bieu-mau/<int:form_id>/", dossier.form_file, name="form_file"),
    path("can-bo/ho-so/<int:dossier_id>/bieu-mau/<int:form_id>/cap-lai/", dossier.correct, name="correct"),
    path("can-bo/ho-so/<int:dossier_id>/phieu-kiem-soat/", dossier.control_slip, name="control_slip"),
    path("can-bo/ho-so/<int:dossier_id>/so-cai/", dossier.ledger, name="ledger"),
    path("can-bo/ho-so/<int:dossier_id>/dang-mo/", step.still_open, name="still_open"),
    path("can-bo/ho-so/<int:dossier_id>/buoc/<int:token>/nhan/", step.claim_step, name="claim_step"),
    path("can-bo/ho-so/<int:dossier_id>/buoc/<int:token>/lay-lai/", step.take_step_back, name="take_step_back"),
    path("can-bo/ho-so/<int:dossier_id>/buoc/<int:token>/<slug:slug>/", step.step, name="step"),
    path("can-bo/ho-so/<int:dossier_id>/gui-ma/", move.send_code, name="send_code"),
    path("can-bo/ho-so/<int:dossier_id>/viec/<slug:slug>/", move.move, name="move"),
    path("can-bo/niem-yet/", admin.posted, name="posted"),
    path("can-bo/niem-yet/<int:desk_id>/in/", printing.post_list, name="post_list"),
    path("can-bo/so-theo-doi/", printing.register, name="register"),
    path("can-bo/so-in/<int:list_id>/", printing.list_file, name="list_file"),
    path("can-bo/quan-tri/danh-muc/", admin.review, name="review"),
    path("can-bo/quan-tri/danh-muc/<int:item_id>/", admin.review_item, name="review_item"),
    path("can-bo/quan-tri/cong-khai/", admin.gaps, name="gaps"),
]
