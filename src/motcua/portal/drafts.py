"""What a person has filled in before handing in: kept on the server after every step, so that nothing typed is lost.

`Draft.data` holds the steps by name, each as it was typed; they are checked again, all of them, when the dossier is sent.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django import forms
from django.db import transaction

from motcua.catalog.models import Channel, PaperRequirement, Procedure
from motcua.dossiers.commands import BusinessData, PaperData, PartyData
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Draft
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.law.persons import parse_citizen_number
from motcua.platform.clock import now
from motcua.platform.text import sort_key
from motcua.portal import catalogue
from motcua.portal.forms import (
    BUSINESS,
    MANY_PLACES,
    OTHER_PERSON,
    OwnerBusinessForm,
    OwnerPersonForm,
    PlaceForm,
    ReturnForm,
    SubmitterForm,
)
from motcua.processes.simplification.papers import Spared, spared_papers, still_asked

PLACE, SUBMITTER, OWNER, PAPERS, RETURN, REVIEW = (
    "noi-nop",
    "nguoi-nop",
    "chu-ho-so",
    "giay-to",
    "nhan-ket-qua",
    "xem-lai",
)
STEPS: Final = (PLACE, SUBMITTER, OWNER, PAPERS, RETURN, REVIEW)
TITLES: Final = {
    PLACE: "Nơi nộp",
    SUBMITTER: "Người nộp",
    OWNER: "Chủ hồ sơ",
    PAPERS: "Giấy tờ",
    RETURN: "Nhận kết quả",
    REVIEW: "Xem lại và gửi",
}
# The owner's page belongs to the second of five steps: most people never see it.
NUMBERS: Final = {PLACE: 1, SUBMITTER: 2, OWNER: 2, PAPERS: 3, RETURN: 4, REVIEW: 5}
OTHER_PAPERS: Final = "khac"
MAX_FILES: Final = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """One paper asked for, with the files given for it so far. `key` is its position in the catalogue, or "khac".

    `case` is the heading under which the catalogue lists it: some headings are cases of which a person is in one, others
    plain sections, and the catalogue does not say which; so all are shown and nobody is made to choose.
    """

    key: str
    case: str
    name: str
    hint: str
    form_name: str
    files: list[dict[str, Any]]


class HandIn:
    """A draft together with what its procedure asks for."""

    def __init__(self, draft: Draft, procedure: Procedure) -> None:
        self.draft = draft
        self.procedure = procedure
        self.version = procedure.current
        self.places = catalogue.places(procedure)
        self.conditions = catalogue.online_conditions(self.version)

    @classmethod
    def open(cls, key: uuid.UUID) -> HandIn | None:
        draft = Draft.objects.filter(key=key).first()
        procedure = catalogue.find_by_id(draft.procedure_id) if draft else None
        return cls(draft, procedure) if draft and procedure else None

    def answers(self, step: str) -> dict[str, Any]:
        return dict(self.draft.data.get(step, {}))

    def form(self, step: str, data: Any = None) -> forms.Form:
        """The form of a step, bound to `data`, or showing what was typed before."""
        initial = self.answers(step)
        if step == PLACE:
            choices = self._place_choices()
            if len(choices) == 1:
                initial.setdefault("place", choices[0][0])
            return PlaceForm(data, initial=initial, places=choices, conditions=self.conditions)
        if step == OWNER:
            kind = OwnerBusinessForm if self.owner == BUSINESS else OwnerPersonForm
            return kind(data, initial=initial)
        return {SUBMITTER: SubmitterForm, RETURN: ReturnForm}[step](data, initial=initial)

    def _place_choices(self) -> list[tuple[str, str]]:
        """A few places in full; many in short, by the agency, which a person knows by where they live."""
        if len(self.places) <= MANY_PLACES:
            return [(str(place.id), self._place_words(place)) for place in self.places]
        if len({place.agency_id for place in self.places}) == 1:
            return [(str(place.id), place.desk) for place in self.places]
        by_agency = sorted(self.places, key=lambda place: sort_key(place.agency))
        return [(str(place.id), f"{place.agency}, nộp tại {place.desk}") for place in by_agency]

    @staticmethod
    def _place_words(place: catalogue.Place) -> str:
        return f"{place.desk}{f', {place.address}' if place.address else ''} (cơ quan giải quyết: {place.agency})"

    @property
    def owner(self) -> str:
        return str(self.answers(SUBMITTER).get("owner", ""))

    @property
    def place(self) -> catalogue.Place | None:
        chosen = self.answers(PLACE).get("place")
        return next((place for place in self.places if str(place.id) == chosen), None)

    @property
    def steps(self) -> list[str]:
        """The steps this hand-in goes through, in order."""
        return [step for step in STEPS if step != OWNER or self.owner in (OTHER_PERSON, BUSINESS)]

    def after(self, step: str) -> str:
        steps = self.steps
        return steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else PAPERS

    def before(self, step: str) -> str | None:
        at = self.steps.index(step) if step in self.steps else 0
        return self.steps[at - 1] if at else None

    def first_open(self) -> str:
        """The first step that is not yet filled in rightly; the review when all are."""
        for step in self.steps:
            if step == REVIEW:
                break
            filled = not self._papers_fault() if step == PAPERS else self.form(step, self.answers(step)).is_valid()
            if not filled:
                return step
        return REVIEW

    def _papers_fault(self) -> str:
        if self.requirements and not self.files():
            return "Ông/bà tải lên ít nhất một giấy tờ; giấy tờ bản giấy có thể nộp sau tại bộ phận một cửa."
        return ""

    @property
    def requirements(self) -> list[PaperRequirement]:
        path = self.place.agency_path if self.place else ""
        return still_asked(self.version.papers.all(), self._spared, agency_path=path)

    @cached_property
    def _spared(self) -> list[Spared]:
        return spared_papers(self.procedure.pk, on=local_day(now()))

    def files(self) -> list[dict[str, Any]]:
        return list(self.answers(PAPERS).get("files", []))

    def slots(self) -> list[Slot]:
        """The papers asked for, those of every dossier first, and one place for whatever else a person wants to add."""
        given = self.files()
        slots = [
            Slot(
                str(paper.position),
                paper.heading,
                paper.label,
                catalogue.copies_text(paper),
                paper.form_name,
                [file for file in given if file["slot"] == str(paper.position)],
            )
            for paper in sorted(self.requirements, key=lambda paper: bool(paper.heading))
        ]
        known = {slot.key for slot in slots}
        rest = [file for file in given if file["slot"] not in known]
        return [*slots, Slot(OTHER_PAPERS, "", "Giấy tờ khác", "Nếu ông/bà có thêm giấy tờ liên quan.", "", rest)]

    def missing(self) -> list[str]:
        """Names of papers asked for that have no file yet, among those for all and those of the headings made use of."""
        slots = [slot for slot in self.slots() if slot.key != OTHER_PAPERS]
        used = {slot.case for slot in slots if slot.files} | {""}
        return [slot.name for slot in slots if slot.case in used and not slot.files]

    def intake(self) -> Intake:
        """The whole as it is handed in. Raises BadInput naming the first step that needs a change."""
        cleaned: dict[str, dict[str, Any]] = {}
        for step in self.steps:
            if step in (PAPERS, REVIEW):
                continue
            form = self.form(step, self.answers(step))
            if not form.is_valid():
                raise BadInput(f"Bước “{TITLES[step]}” còn chỗ cần sửa trước khi gửi.", step=step)
            cleaned[step] = form.cleaned_data
        if fault := self._papers_fault():
            raise BadInput(fault, step=PAPERS)
        place = self.place
        assert place is not None  # the place form has just accepted it
        who, owner = cleaned[SUBMITTER], cleaned.get(OWNER, {})
        for_business = self.owner == BUSINESS
        return Intake(
            key=self.draft.key,
            draft_key=self.draft.key,
            procedure_id=self.procedure.pk,
            agency_id=place.agency_id,
            receiving_desk_id=place.desk_id,
            return_desk_id=place.desk_id,
            channel=Channel.ONLINE.value,
            return_method=cleaned[RETURN]["return_method"],
            submitter=_party(who),
            owner=_party(owner) if self.owner == OTHER_PERSON else None,
            business=_business(owner) if for_business else None,
            applicant_kind=owner["kind"] if for_business else "citizen",
            papers=tuple(self._papers()),
            authorisation=owner.get("authorisation", ""),
            sets=1,
            request=cleaned[RETURN]["request"],
            condition=cleaned[PLACE].get("condition", ""),
        )

    def _papers(self) -> list[PaperData]:
        return [
            PaperData(name=slot.name, file=file["sha256"], file_name=file["name"])
            for slot in self.slots()
            for file in slot.files
        ]


def _party(answers: dict[str, Any]) -> PartyData:
    return PartyData(
        full_name=answers["full_name"],
        identity_number=answers["identity_number"],
        birth_year=parse_citizen_number(answers["identity_number"]).birth_year,
        phone=answers["phone"],
        email=answers.get("email", ""),
        address=answers["address"],
    )


def _business(answers: dict[str, Any]) -> BusinessData:
    return BusinessData(
        name=answers["name"],
        tax_code=answers["tax_code"],
        phone=answers["phone"],
        email=answers["email"],
        address=answers["address"],
    )


def start(procedure: Procedure, *, at: datetime) -> Draft:
    return Draft.objects.create(procedure=procedure, created_at=at, updated_at=at)


def save_step(key: uuid.UUID, step: str, answers: dict[str, Any], *, at: datetime) -> None:
    """Keep what was typed on one page, right or wrong."""

    def change(data: dict[str, Any]) -> None:
        data[step] = answers

    _change(key, change, at)


def add_files(key: uuid.UUID, files: list[dict[str, Any]], *, at: datetime) -> None:
    """Each file is {slot, sha256, name, size}. Raises BadInput past the number of files one dossier may have."""

    def change(data: dict[str, Any]) -> None:
        kept = data.setdefault(PAPERS, {}).setdefault("files", [])
        known = {(file["slot"], file["sha256"]) for file in kept}
        kept += [file for file in files if (file["slot"], file["sha256"]) not in known]
        if len(kept) > MAX_FILES:
            raise BadInput(f"Một hồ sơ nhận tối đa {MAX_FILES} tệp; ông/bà gộp các trang của một giấy tờ vào một tệp.")

    _change(key, change, at)


def remove_file(key: uuid.UUID, *, slot: str, sha256: str, at: datetime) -> None:
    def change(data: dict[str, Any]) -> None:
        papers = data.get(PAPERS, {})
        papers["files"] = [file for file in papers.get("files", []) if (file["slot"], file["sha256"]) != (slot, sha256)]

    _change(key, change, at)


def discard(key: uuid.UUID) -> None:
    Draft.objects.filter(key=key).delete()


def _change(key: uuid.UUID, change: Any, at: datetime) -> None:
    # Two tabs of one person write to one draft: the row is locked, so that a file uploaded in one is not lost to the other.
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(key=key).first()
        if draft is None:
            raise BadInput("Bản nháp này không còn; có thể hồ sơ đã được gửi hoặc đã bị xóa.")
        change(draft.data)
        draft.updated_at = at
        draft.save(update_fields=["data", "updated_at"])
