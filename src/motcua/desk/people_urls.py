"""Addresses of leave, delegation, what waits for the absent, and hand-over lists."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import hand_over, people, slip, waiting

urlpatterns = [
    path("can-bo/nghi-uy-quyen/", people.people, name="people"),
    path("can-bo/nghi-uy-quyen/nghi/", people.new_absence, name="new_absence"),
    path("can-bo/nghi-uy-quyen/nghi/<int:absence_id>/", people.absence, name="absence"),
    path("can-bo/nghi-uy-quyen/uy-quyen/", people.new_delegation, name="new_delegation"),
    path("can-bo/nghi-uy-quyen/uy-quyen/<int:delegation_id>/", people.delegation, name="delegation"),
    path("can-bo/cho-nguoi-vang/", waiting.waiting, name="waiting"),
    path("can-bo/ho-so/<int:dossier_id>/phieu-kiem-soat/hien-tai/", slip.control_slip_now, name="control_slip_now"),
    path("can-bo/ban-giao/", hand_over.hand_overs, name="hand_overs"),
    path("can-bo/ban-giao/<int:list_id>/", hand_over.hand_over, name="hand_over"),
    path("can-bo/ban-giao/<int:list_id>/in/", hand_over.hand_over_paper, name="hand_over_paper"),
]
