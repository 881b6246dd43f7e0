"""The one-time link of a consulted body: what is asked, the papers named with it, one answer; no sign-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from motcua.dossiers.models import Paper
from motcua.law.errors import BadInput, DomainError
from motcua.platform.clock import now
from motcua.portal import uploads
from motcua.portal.forms import TextForm
from motcua.processes import bodies
from motcua.processes.bodies import LinkNotValid
from motcua.processes.models import BodyQuestion


class AnswerForm(TextForm):
    """Who answers for the body, and what."""

    required_messages = {"name": "Ghi họ tên, chức vụ người trả lời.", "text": "Ghi nội dung trả lời."}
    name = forms.CharField(label="Người trả lời (họ tên, chức vụ)", max_length=200)
    outcome = forms.ChoiceField(label="Ý kiến", required=False, widget=forms.RadioSelect)
    text = forms.CharField(label="Nội dung trả lời", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, ways: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(ways) < 2:
            del self.fields["outcome"]
        else:
            self.fields["outcome"].choices = ways  # type: ignore[attr-defined]
            self.fields["outcome"].required = True
            self.fields["outcome"].error_messages["required"] = "Chọn một ý kiến."


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        asked = bodies.find(secret, now()) if request.method == "HEAD" else bodies.open_link(secret, now())
    except LinkNotValid as error:
        return _answered(request, "portal/link_ended.html", {"said": error.message}, 404)
    form = AnswerForm(request.POST if request.method == "POST" else None, ways=bodies.ways(asked))
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            stored = _file(request)
            bodies.answer(
                secret, name=form.cleaned_data["name"], text=form.cleaned_data["text"],
                outcome=form.cleaned_data.get("outcome", ""), file=stored.get("sha256", ""), file_name=stored.get("name", ""),
                at=now(),
            )  # fmt: skip
            return _answered(request, "portal/link_done.html", {"asked": asked}, 200)
        except LinkNotValid as error:
            return _answered(request, "portal/link_ended.html", {"said": error.message}, 404)
        except (BadInput, DomainError) as error:
            faults.append(error.message)
    context = {
        "asked": asked, "papers": _papers(asked), "form": form, "faults": faults, "secret": secret, "rules": uploads.RULES_TEXT,
        "accept": uploads.ACCEPT,
    }  # fmt: skip
    return _answered(request, "portal/consultation.html", context, 422 if form.errors or faults else 200)


def _file(request: HttpRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    return uploads.receive(upload, at=now()) if upload else {}


def _papers(asked: BodyQuestion) -> list[Paper]:
    return list(Paper.objects.filter(dossier_id=asked.dossier_id, pk__in=asked.papers).order_by("round", "position"))


def _answered(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """The address itself is the key: it is kept in no cache, told to no other site, and found by no search."""
    response = render(request, template, context, status=status)
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def paper(request: HttpRequest, secret: str, paper_id: int) -> FileResponse:
    """A paper that was sent along; any other of the dossier does not exist here."""
    try:
        asked = bodies.find(secret, now())
    except LinkNotValid as error:
        raise Http404 from error
    found = next((one for one in _papers(asked) if one.pk == paper_id and one.file), None)
    if found is None:
        raise Http404
    response = uploads.send(found.file, name=found.file_name.rpartition(".")[0] or "giay-to")
    add_never_cache_headers(response)
    return response
