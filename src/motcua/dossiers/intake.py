"""A dossier comes in: what was declared becomes a dossier with its first ledger entry, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motcua.dossiers.commands import (
    RETURN_METHODS,
    AnyCommand,
    BusinessData,
    LateEntry,
    PaperData,
    PartyData,
    check_text,
)
from motcua.dossiers.decide import Decision, Snapshot, decide
from motcua.dossiers.ledger import GENESIS
from motcua.dossiers.terms import CATALOG_CHANNEL, Terms, read_terms
from motcua.dossiers.writer import (
    PAPER_COLUMNS,
    SNAPSHOT_COLUMNS,
    Loaded,
    Move,
    advance,
    append,
    calendar_of,
    event_of,
    insert_papers,
    limits_of,
    note_late,
    paper_rows,
    seal,
    take_code,
)
from motcua.identity.actors import Actor
from motcua.identity.digest import search_digest
from motcua.law.errors import BadInput
from motcua.law.lifecycle import PREPARED, State
from motcua.law.moments import local_day
from motcua.law.policies import Policy
from motcua.platform.database import prepared_cursor
from motcua.platform.text import nfc, search_key


@dataclass(frozen=True, slots=True)
class Intake:
    """What is declared when a dossier is handed in. `key` makes a repeated hand-in the same dossier.

    `owner` None = the submitter is the owner; `business` set = a business or organisation owns it.
    `condition` picks the catalogue's case when the procedure states limits by case.
    """

    key: uuid.UUID
    procedure_id: int
    agency_id: int
    receiving_desk_id: int
    return_desk_id: int
    channel: str
    return_method: str
    submitter: PartyData
    owner: PartyData | None = None
    business: BusinessData | None = None
    applicant_kind: str = "citizen"
    papers: tuple[PaperData, ...] = ()
    authorisation: str = ""
    assisted: bool = False
    sets: int = 1
    request: str = ""
    condition: str = ""
    draft_key: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if self.channel not in CATALOG_CHANNEL:
            raise BadInput(f"Hình thức nộp “{self.channel}” không có trong danh mục.", field="channel")
        if self.return_method not in RETURN_METHODS:
            raise BadInput(
                f"Hình thức nhận kết quả “{self.return_method}” không có trong danh mục.", field="return_method"
            )
        if self.applicant_kind not in {"citizen", "business", "organisation", "state"}:
            raise BadInput(f"Loại chủ hồ sơ “{self.applicant_kind}” không có trong danh mục.", field="applicant_kind")
        if (self.applicant_kind == "citizen") == (self.business is not None):
            raise BadInput("Chủ hồ sơ là tổ chức thì cần thông tin tổ chức, là cá nhân thì không.", field="business")
        if self.business is not None and self.owner is not None:
            raise BadInput("Chủ hồ sơ là tổ chức thì không ghi thêm cá nhân làm chủ hồ sơ.", field="owner")
        if not 1 <= self.sets <= 100:
            raise BadInput("Số bộ hồ sơ: cần từ 1 đến 100.", field="sets")
        check_text(self.request, "Nội dung yêu cầu", 500)
        check_text(self.authorisation, "Giấy ủy quyền", 300)
        check_text(self.condition, "Trường hợp", 2000)

    @property
    def owner_name(self) -> str:
        return self.business.name if self.business else (self.owner or self.submitter).full_name


def receive(
    intake: Intake,
    command: AnyCommand,
    *,
    actor: Actor,
    at: datetime,
    recorded_at: datetime,
    late: LateEntry | None = None,
) -> tuple[Move, Decision]:
    """Create the dossier by its first command (submit; or accept, ask completion, refuse at a counter)."""
    terms = read_terms(intake).on(local_day(at))
    snapshot = draft_snapshot(intake, terms)
    decision = decide(snapshot, command, at)
    return _create(intake, terms, snapshot, decision, actor, at, recorded_at, late), decision


def prepare(
    intake: Intake, *, actor: Actor, at: datetime, recorded_at: datetime, late: LateEntry | None = None
) -> Move:
    """Keep a part of a joined hand-in until its turn comes: a draft, known to nobody's queue and counted nowhere."""
    terms = read_terms(intake).on(local_day(at))
    return _create(
        intake, terms, draft_snapshot(intake, terms), Decision(PREPARED, State.DRAFT), actor, at, recorded_at, late
    )


def add_papers(dossier_id: int, papers: Sequence[PaperData]) -> None:
    """Put further papers to those of the first hand-in, after them: results of other agencies that go on with a dossier."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(position), 0) FROM dossiers_paper WHERE dossier_id = %s AND round = 0", [dossier_id]
        )
        last = cursor.fetchone()[0]
        for row in paper_rows(dossier_id, papers, 0):
            values = dict(zip(PAPER_COLUMNS, row, strict=True))
            values["position"] += last
            cursor.execute(
                f"INSERT INTO dossiers_paper ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",
                list(values.values()),
            )


def _create(
    intake: Intake,
    terms: Terms,
    snapshot: Snapshot,
    decision: Decision,
    actor: Actor,
    at: datetime,
    recorded_at: datetime,
    late: LateEntry | None,
) -> Move:
    """Write dossier, people, papers and first entry."""
    note_intake(decision, intake, terms)
    note_late(decision, late)
    with prepared_cursor() as cursor:
        dossier_id, submitter_id, owner_id, business_id = _insert_people(cursor, intake, recorded_at)
        insert_papers(cursor, dossier_id, intake.papers, 0)
        if decision.needs_code:
            decision.changes["code"] = take_code(cursor, terms.agency_code, at)
        entry = seal(
            decision, dossier_id=dossier_id, seq=1, prev=GENESIS, from_state=State.DRAFT, actor=actor, occurred_at=at,
            recorded_at=recorded_at,
        )  # fmt: skip
        row = dossier_row(
            intake, terms, advance(snapshot, decision, at), entry.hash, submitter_id, owner_id, business_id
        )
        insert = (
            (
                f"INSERT INTO dossiers_dossier (id, words, {', '.join(row)})"
                f" VALUES (%s, to_tsvector('simple', %s){', %s' * len(row)})"
            ),
            [dossier_id, search_words(intake), *row.values()],
        )
        entry_id = append(cursor, entry, decision, insert)
        if intake.draft_key is not None:
            cursor.execute("DELETE FROM dossiers_draft WHERE key = %s", [intake.draft_key])
    loaded = Loaded(
        dossier_id, entry.hash, intake.procedure_id, intake.agency_id, terms.agency_code, bool(intake.submitter.phone),
        bool(intake.submitter.email), advance(snapshot, decision, at),
    )  # fmt: skip
    move = Move(loaded, actor=actor, recorded_at=recorded_at, late=late)
    move.add_event(
        event_of(entry_id, entry, decision, actor, loaded.agency_id, "", loaded.has_phone, loaded.has_email, None)
    )
    return move


def draft_snapshot(intake: Intake, terms: Terms) -> Snapshot:
    return Snapshot(
        state=State.DRAFT,
        seq=0,
        channel=intake.channel,
        return_method=intake.return_method,
        receiving_desk_id=intake.receiving_desk_id,
        return_desk_id=intake.return_desk_id,
        due_policy=Policy(terms.due_policy),
        limits=limits_of(terms.limit_amount, terms.limit_unit, terms.second_amount, terms.second_unit),
        same_day=terms.same_day,
        calendar=calendar_of(terms.calendar),
    )


def note_intake(decision: Decision, intake: Intake, terms: Terms) -> None:
    """The first entry also says what came in."""
    decision.data |= intake_data(intake, terms)
    decision.private |= intake_private(intake)


def intake_data(intake: Intake, terms: Terms) -> dict[str, Any]:
    """What of the intake stands openly in the first entry: everything but personal data."""
    return {
        "procedure": intake.procedure_id,
        "version": terms.version_id,
        "agency": intake.agency_id,
        "receiving_desk": intake.receiving_desk_id,
        "return_desk": intake.return_desk_id,
        "channel": intake.channel,
        "assisted": intake.assisted,
        "return_method": intake.return_method,
        "applicant_kind": intake.applicant_kind,
        "limit": [terms.limit_amount, terms.limit_unit, terms.second_amount, terms.second_unit],
        "due_policy": terms.due_policy,
        "calendar": terms.calendar_id,
        "fee_vnd": terms.fee_vnd,
        "sets": intake.sets,
        "papers": [{"originals": p.originals, "copies": p.copies, "file": p.file} for p in intake.papers],
    }


def intake_private(intake: Intake) -> dict[str, Any]:
    private: dict[str, Any] = {"submitter": _party(intake.submitter)}
    if intake.owner:
        private["owner"] = _party(intake.owner)
    if intake.business:
        private["business"] = {
            "name": intake.business.name,
            "tax_code": intake.business.tax_code,
            "phone": intake.business.phone,
            "email": intake.business.email,
            "address": intake.business.address,
        }
    if intake.request:
        private["request"] = intake.request
    if intake.authorisation:
        private["authorisation"] = intake.authorisation
    return private


def _party(party: PartyData) -> dict[str, Any]:
    return {
        "full_name": party.full_name,
        "identity_number": party.identity_number,
        "birth_year": party.birth_year,
        "phone": party.phone,
        "email": party.email,
        "address": party.address,
    }


def search_words(intake: Intake) -> str:
    names = {intake.owner_name, intake.submitter.full_name}
    return search_key(" ".join([*sorted(names), intake.request]))


PERSON_COLUMNS = (
    "full_name", "identity_number", "identity_hmac", "birth_year", "phone", "phone_hmac", "email", "address", "created_at",
)  # fmt: skip


def person_row(party: PartyData, at: datetime) -> list[Any]:
    return [
        nfc(party.full_name), party.identity_number, search_digest("identity", party.identity_number), party.birth_year,
        party.phone, search_digest("phone", party.phone), party.email, nfc(party.address), at,
    ]  # fmt: skip


BUSINESS_COLUMNS = ("name", "tax_code", "phone", "email", "address", "created_at")


def business_row(body: BusinessData, at: datetime) -> list[Any]:
    return [nfc(body.name), body.tax_code, body.phone, body.email, nfc(body.address), at]


def _insert_people(cursor: Any, intake: Intake, at: datetime) -> tuple[int, int, int | None, int | None]:
    """Insert the parties and reserve the dossier's id: (dossier, submitter, owner person, owner business)."""
    slots = f"({', '.join(['%s'] * len(PERSON_COLUMNS))})"
    insert = f"INSERT INTO identity_person ({', '.join(PERSON_COLUMNS)}) VALUES {slots} RETURNING id"
    parts, params = [f"s AS ({insert})"], person_row(intake.submitter, at)
    owner = business = "NULL::bigint"
    if intake.business:
        parts.append(
            f"b AS (INSERT INTO identity_business ({', '.join(BUSINESS_COLUMNS)})"
            f" VALUES ({', '.join(['%s'] * len(BUSINESS_COLUMNS))}) RETURNING id)"
        )
        params += business_row(intake.business, at)
        business = "(SELECT id FROM b)"
    elif intake.owner:
        parts.append(f"o AS ({insert})")
        params += person_row(intake.owner, at)
        owner = "(SELECT id FROM o)"
    else:
        owner = "(SELECT id FROM s)"
    cursor.execute(
        f"WITH {', '.join(parts)} SELECT nextval(pg_get_serial_sequence('dossiers_dossier', 'id')), (SELECT id FROM s), {owner}, {business}",
        params,
    )
    ids: tuple[int, int, int | None, int | None] = cursor.fetchone()
    return ids


def owner_digest(intake: Intake) -> bytes | None:
    if intake.business:
        return search_digest("tax", intake.business.tax_code)
    return search_digest("identity", (intake.owner or intake.submitter).identity_number)


def dossier_row(
    intake: Intake,
    terms: Terms,
    snapshot: Snapshot,
    head: bytes,
    submitter_id: int,
    owner_id: int | None,
    business_id: int | None,
) -> dict[str, Any]:
    """Every column of a dossier but `id` and `words`, in one order for both writers."""
    columns = {name: getattr(snapshot, name) for name in SNAPSHOT_COLUMNS}
    columns["state"] = snapshot.state.value
    limit = snapshot.limits[0] if snapshot.limits else None
    return columns | {
        "intake_key": intake.key,
        "access_key": uuid.uuid4(),
        "head": head,
        "procedure_id": intake.procedure_id,
        "version_id": terms.version_id,
        "agency_id": intake.agency_id,
        "assisted": intake.assisted,
        "sets": intake.sets,
        "request": nfc(intake.request),
        "applicant_kind": intake.applicant_kind,
        "submitter_id": submitter_id,
        "owner_person_id": owner_id,
        "owner_business_id": business_id,
        "authorisation": nfc(intake.authorisation),
        "owner_name": nfc(intake.owner_name),
        "owner_hmac": owner_digest(intake),
        "phone_hmac": search_digest("phone", intake.submitter.phone),
        "limit_amount": limit.amount if limit else None,
        "limit_unit": limit.unit.value if limit else "",
        "second_amount": snapshot.limits[1].amount if len(snapshot.limits) > 1 else None,
        "second_unit": snapshot.limits[1].unit.value if len(snapshot.limits) > 1 else "",
        "due_policy": terms.due_policy,
        "calendar_id": terms.calendar_id,
        "fee_vnd": terms.fee_vnd,
    }
