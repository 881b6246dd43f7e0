"""Addresses of work with other agencies: the dossier's tab, what arrives, what was taken for others, the parts."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import linked

urlpatterns = [
    path("can-bo/ho-so/<int:dossier_id>/phoi-hop/", linked.together, name="together"),
    path("can-bo/ho-so/<int:dossier_id>/phoi-hop/<int:token>/ky-nhan/", linked.sign, name="sign_transfer"),
    path("can-bo/ho-so/<int:dossier_id>/phoi-hop/<int:token>/hoi/", linked.ask, name="ask_body"),
    path("can-bo/ho-so/<int:dossier_id>/phoi-hop/<int:token>/cong-van/", linked.letter, name="ask_letter"),
    path("can-bo/ho-so/<int:dossier_id>/phoi-hop/<int:token>/tra-loi-giay/", linked.record, name="record_answer"),
    path("can-bo/chuyen-den/", linked.arriving, name="arriving"),
    path("can-bo/tiep-nhan-ho/", linked.for_others, name="for_others"),
    path("can-bo/phan-viec-phoi-hop/", linked.linked_parts_page, name="linked_parts"),
]
