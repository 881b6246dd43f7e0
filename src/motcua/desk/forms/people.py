"""Leave, substitutes and delegations as forms; what is possible is said by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from motcua.catalog.models import DeskProcedure, Sector
from motcua.desk.forms.base import DayField, DeskForm, LocalMomentField, text
from motcua.identity.actors import Actor
from motcua.organizations.models import PASSED_ON, Absence, Agency, Officer, Role
from motcua.organizations.standing_in import choices_for, officers_led_by

_MOST = 500  # names in one list


def _named(officers: Iterable[Officer], own: Officer) -> list[tuple[int, str]]:
    """(id, name with post), those of one's own unit and agency first."""
    rows = sorted(
        officers, key=lambda one: (one.agency_id != own.agency_id, one.unit_id != own.unit_id, one.full_name, one.pk)
    )
    return [(one.pk, _post(one, own)) for one in rows]


def _post(one: Officer, own: Officer) -> str:
    where = [one.title, one.unit.name if one.unit else "", one.agency.name if one.agency_id != own.agency_id else ""]
    return " · ".join([one.full_name, *(part for part in where if part and part != one.full_name)])


def _choice(label: str, *, required: bool = True, hint: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=required, help_text=hint, choices=[]
    )


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _substitutes(own: Officer) -> list[tuple[Any, str]]:
    return [("", "Không có ai"), *_named([own, *choices_for(own)[:_MOST]], own)]


class AbsenceForm(DeskForm):
    officer = _choice("Người nghỉ")
    kind = forms.ChoiceField(label="Loại", choices=Absence.Kind.choices)
    from_at = LocalMomentField(label="Từ lúc")
    to_at = LocalMomentField(label="Đến lúc")
    substitute = _choice(
        "Người làm thay", required=False, hint="Người này có mọi quyền xử lý hồ sơ của người nghỉ trong thời gian ấy."
    )
    note = text("Ghi chú", required=False)

    def __init__(self, *args: Any, actor: Actor, own: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        led = officers_led_by(actor).select_related("agency", "unit").order_by("agency__path", "full_name")
        _offer(self, "officer", list(_named(led[:_MOST], own)))
        _offer(self, "substitute", _substitutes(own))


class SubstituteForm(DeskForm):
    substitute = _choice("Người làm thay mới", required=False)
    reason = text("Lý do đổi")

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "substitute", [("", "Không có ai"), *_named(choices_for(officer)[:_MOST], officer)])


class EndForm(DeskForm):
    reason = text("Lý do kết thúc sớm")


class DelegationForm(DeskForm):
    """`giver` is asked only of an administrator, who records what a signed document says."""

    giver = _choice("Người ủy quyền")
    to = _choice("Người được ủy quyền")
    role = forms.ChoiceField(label="Vai trò", choices=[])
    scope = _choice("Phạm vi", required=False, hint="Để trống: như phạm vi của người ủy quyền.")
    sectors = forms.TypedMultipleChoiceField(
        label="Lĩnh vực", coerce=int, required=False, choices=[], help_text="Không chọn: mọi lĩnh vực.",
        widget=forms.SelectMultiple(attrs={"size": "6"}),
    )  # fmt: skip
    first_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày")
    document = text("Số văn bản ủy quyền", required=False, limit=200)

    def __init__(self, *args: Any, actor: Actor, own: Officer, records: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if records:
            led = officers_led_by(actor).select_related("agency", "unit").order_by("agency__path", "full_name")
            _offer(self, "giver", list(_named(led[:_MOST], own)))
            roles = sorted(PASSED_ON)
        else:
            del self.fields["giver"]
            roles = sorted({grant.role for grant in actor.grants} & PASSED_ON)
        _offer(self, "role", [(role, Role(role).label) for role in roles])
        # Nobody is named beforehand: a power is not given by overlooking a field.
        _offer(self, "to", [("", "Chọn cán bộ"), *_named(choices_for(own)[:_MOST], own)])
        agencies = Agency.objects.filter(pk__in=actor.scope).order_by("path")
        _offer(self, "scope", [("", "Toàn bộ phạm vi"), *agencies.values_list("pk", "name")[:_MOST]])
        taken = DeskProcedure.objects.filter(agency__in=actor.scope).values("procedure__sector")
        sectors = Sector.objects.filter(pk__in=taken).order_by("name_key").values_list("pk", "name")
        _offer(self, "sectors", list(sectors))
