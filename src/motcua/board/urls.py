"""Addresses of the board, and of the public page of progress."""

from __future__ import annotations

from django.urls import path

from motcua.board.views import board, public, rows, targets

app_name = "board"

urlpatterns = [
    path("can-bo/bang-dieu-hanh/", board.board, name="board"),
    path("can-bo/bang-dieu-hanh/ho-so/", rows.rows, name="rows"),
    path("can-bo/bang-dieu-hanh/dung-yen/", rows.standing, name="standing"),
    path("can-bo/bang-dieu-hanh/chi-tieu/", targets.targets, name="targets"),
    path("tien-do/", public.progress_page, name="progress"),
]
