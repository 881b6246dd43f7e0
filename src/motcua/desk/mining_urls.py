"""Addresses of the ways that dossiers really went."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import mining

urlpatterns = [
    path("can-bo/duong-di/", mining.ways, name="mining"),
    path("can-bo/duong-di/ho-so/", mining.dossiers, name="mining_dossiers"),
    path("can-bo/duong-di/nhat-ky.xes", mining.xes, name="mining_xes"),
]
