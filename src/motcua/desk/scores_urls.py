"""Addresses of the scores."""

from __future__ import annotations

from django.urls import path

from motcua.desk.views import scores

urlpatterns = [
    path("can-bo/diem-chi-so/", scores.score_page, name="score"),
    path("can-bo/diem-chi-so/bang.<str:form>", scores.score_file, name="score_file"),
    path("can-bo/diem-chi-so/<str:code>/", scores.criterion_page, name="score_criterion"),
    path("can-bo/diem-chi-so/<str:code>/ho-so.<str:form>", scores.criterion_file, name="score_criterion_file"),
]
