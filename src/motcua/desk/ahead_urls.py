"""Addresses of what may happen: simulation, late risk, what changes if."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import ahead, what_if

urlpatterns = [
    path("can-bo/mo-phong/", ahead.simulation, name="simulation"),
    path("can-bo/nguy-co-tre/", ahead.risk, name="risk"),
    path("can-bo/neu-thay-doi/", what_if.what_if_page, name="what_if"),
    path("can-bo/neu-thay-doi/bang.csv", what_if.what_if_table, name="what_if_table"),
]
