"""The reference of `bench lifecycle`: the same lasting rows by hand-written SQL, in a process without Django.

One transaction a move, the same tables, indexes, triggers and durability. What our services compute (due moments, texts,
hashes, search marks) is taken as given; what only the database can give (ids, the number of the dossier) is asked for.

`python bench/_lifecycle_bare.py URL FACTS FIRST COUNT WARM` prints `ready`, waits for a line, runs, prints the seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

AT = datetime(2026, 11, 16, 2, 20, tzinfo=UTC)
DUE = AT + timedelta(days=3, hours=1)
HASH, KEY, MARK = b"\x5a" * 32, b"\xa5" * 32, b"\x3c" * 32
TOLD = {"dossier.submitted", "dossier.accepted", "dossier.resolved", "dossier.handed_over"}
# Ledger kind → form, its instrument, and the end of its numbers.
FORMS = {
    "dossier.accepted": ("receipt", "Thông tư số 03/2025/TT-VPCP", "TTPVHCC"),
    "dossier.handed_over": ("result_receipt", "", "BNTKQ-TTPVHCC"),
}

PEOPLE = """
WITH s AS (INSERT INTO identity_person (full_name, identity_number, identity_hmac, birth_year, phone, phone_hmac, email,
address, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id)
SELECT nextval('dossiers_dossier_id_seq'), id FROM s"""
NUMBER = """
INSERT INTO dossiers_numberseries (prefix, day, last) VALUES (%s, %s, 1)
ON CONFLICT (prefix, day) DO UPDATE SET last = dossiers_numberseries.last + 1 RETURNING last"""
DOSSIER = """
INSERT INTO dossiers_dossier (id, intake_key, access_key, code, state, seq, head, procedure_id, version_id, agency_id,
receiving_desk_id, return_desk_id, channel, assisted, return_method, sets, request, applicant_kind, submitter_id,
owner_person_id, authorisation, owner_name, owner_hmac, phone_hmac, words, limit_amount, limit_unit, second_unit,
due_policy, fee_vnd, submitted_at, answer_due_at, answer_breaches, completion_rounds, pause_kind, supplement_rounds, step)
VALUES (%s, %s, %s, %s, 'submitted', 1, %s, %s, %s, %s, %s, %s, 'online', false, 'desk', 1, '', 'citizen', %s, %s, '', %s,
%s, %s, to_tsvector('simple', 'nguyen thi hoa nguyen thi hoa'), 3, 'working_day', '', 'keep_time', 50000, %s, %s, 0, 0, '',
0, '')"""
PAPERS = """
INSERT INTO dossiers_paper (dossier_id, round, position, name, originals, copies, pages, file, file_name)
VALUES (%s, 0, 1, 'Tờ khai', 1, 0, NULL, '', ''), (%s, 0, 2, 'Giấy tờ tùy thân', 0, 1, NULL, '', '')"""
ENTRY = """
INSERT INTO dossiers_ledgerentry (dossier_id, seq, kind, occurred_at, recorded_at, format, text, prev, hash)
VALUES (%s, %s, %s, %s, %s, 1, %s, %s, %s) RETURNING id"""
PRIVATE = "INSERT INTO dossiers_ledgerprivate (entry_id, key, values) VALUES (%s, %s, %s)"
NOTICES = """
INSERT INTO notifications_notice (entry_id, dossier_id, recipient, channel, template, state, created_at, body, failure)
VALUES (%s, %s, 'submitter', 'page', %s, 'waiting', %s, '', ''), (%s, %s, 'submitter', 'sms', %s, 'waiting', %s, '', ''),
(%s, %s, 'submitter', 'email', %s, 'waiting', %s, '', '')"""
JOB = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'motcua.notifications.tasks.deliver', 0, NULL, NULL,
jsonb_build_object('entry_id', %s::bigint), NULL)::procrastinate_job_to_defer_v1])"""
TWO_JOBS = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'motcua.notifications.tasks.deliver', 0, NULL, NULL,
jsonb_build_object('entry_id', %s::bigint), NULL)::procrastinate_job_to_defer_v1, ROW('default',
'motcua.documents.tasks.render', 0, NULL, NULL, jsonb_build_object('entry_id', %s::bigint), NULL)::procrastinate_job_to_defer_v1])"""
FORM = """
INSERT INTO documents_issuedform (dossier_id, entry_id, kind, version, instrument, number, issued_at, void_reason)
VALUES (%s, %s, %s, 1, %s, %s, %s, '')"""
ACCEPT = """
UPDATE dossiers_dossier SET state = 'accepted', seq = 2, head = %s, accepted_at = %s, clock_started_at = %s,
original_due_at = %s, due_at = %s, answer_due_at = NULL WHERE id = %s AND state = 'submitted' AND seq = 1"""
FORWARD = """
UPDATE dossiers_dossier SET state = 'in_process', seq = seq + 1, head = %s, step = %s, unit_id = NULL, officer_id = %s
WHERE id = %s AND state = %s AND seq = %s"""
RESOLVE = """
UPDATE dossiers_dossier SET state = 'resolved', seq = seq + 1, head = %s, result_signed_at = %s, resolved_at = %s, step = '',
withdrawal_requested_at = NULL, result_at_desk_at = %s WHERE id = %s AND state = 'in_process' AND seq = %s"""
RESULT = """
INSERT INTO dossiers_result (dossier_id, entry_seq, kind, number, signed_on, signer, electronic, file)
VALUES (%s, %s, 'Giấy phép', %s, %s, 'Trần Văn Bình', false, '')"""
TIMER = "INSERT INTO dossiers_timer (dossier_id, kind, fires_at) VALUES (%s, 'uncollected', %s)"
HAND_OVER = """
UPDATE dossiers_dossier SET state = 'handed_over', seq = seq + 1, head = %s, handed_over_at = %s
WHERE id = %s AND state = 'resolved' AND seq = %s"""
NO_TIMER = "DELETE FROM dossiers_timer WHERE dossier_id = %s AND kind = 'uncollected'"


class Bare:
    def __init__(self, url: str, facts: dict[str, Any]) -> None:
        self.connection = psycopg.connect(url)
        self.facts = facts

    def life(self, number: int) -> None:
        dossier = self.submit()
        self.accept(dossier)
        self.forward(dossier, 3, "accepted", "Thẩm định", self.facts["officer"])
        self.forward(dossier, 4, "in_process", "Trình ký", None)
        self.resolve(dossier, number, 4)
        self.hand_over(dossier, 5)

    def submit(self) -> int:
        facts = self.facts
        with self.connection.transaction():
            run = self.connection.execute
            person = [
                "Nguyễn Thị Hòa",
                "056190000123",
                MARK,
                1990,
                "0905123456",
                MARK,
                "hoa@example.com",
                "12 Trần Phú",
                AT,
            ]
            dossier, submitter = run(PEOPLE, person).fetchone()
            (last,) = run(NUMBER, ["H32.16", AT.date()]).fetchone()
            run(
                DOSSIER,
                [
                    dossier, uuid4(), uuid4(), f"H32.16-261116-{last:04d}", HASH, facts["procedure"], facts["version"],
                    facts["agency"], facts["desk"], facts["desk"], submitter, submitter, "Nguyễn Thị Hòa", MARK, MARK, AT, DUE,
                ],
            )  # fmt: skip
            run(PAPERS, [dossier, dossier])
            self.entry(dossier, 1, "dossier.submitted", private=True)
        return dossier

    def accept(self, dossier: int) -> None:
        with self.connection.transaction():
            self.connection.execute(ACCEPT, [HASH, AT, AT, DUE, DUE, dossier])
            self.entry(dossier, 2, "dossier.accepted")

    def forward(self, dossier: int, seq: int, state: str, step: str, officer: int | None) -> None:
        with self.connection.transaction():
            self.connection.execute(FORWARD, [HASH, step, officer, dossier, state, seq - 1])
            self.entry(dossier, seq, "dossier.forwarded")

    def resolve(self, dossier: int, number: int, seq: int) -> None:
        with self.connection.transaction():
            self.connection.execute(RESOLVE, [HASH, AT, AT, AT, dossier, seq])
            self.connection.execute(RESULT, [dossier, seq + 1, f"{number}/GP-SXD", date(2026, 11, 18)])
            self.connection.execute(TIMER, [dossier, DUE])
            self.entry(dossier, seq + 1, "dossier.resolved", private=True)

    def hand_over(self, dossier: int, seq: int) -> None:
        with self.connection.transaction():
            self.connection.execute(HAND_OVER, [HASH, AT, dossier, seq])
            self.connection.execute(NO_TIMER, [dossier])
            self.entry(dossier, seq + 1, "dossier.handed_over", private=True)

    def entry(self, dossier: int, seq: int, what: str, *, private: bool = False) -> None:
        text, values = self.facts["texts"][str(seq)], self.facts["values"].get(str(seq))
        run = self.connection.execute
        (entry,) = run(ENTRY, [dossier, seq, what, AT, AT, text, HASH, HASH]).fetchone()
        if private:
            run(PRIVATE, [entry, KEY, values])
        if what in TOLD:
            run(NOTICES, [entry, dossier, what.removeprefix("dossier."), AT] * 3)
            if what not in FORMS:
                run(JOB, [entry])
                return
            kind, instrument, ending = FORMS[what]
            (last,) = run(NUMBER, [f"form:{kind}:desk:{self.facts['desk']}", date(2026, 1, 1)]).fetchone()
            run(FORM, [dossier, entry, kind, instrument, f"{last:02d}/{ending}", AT])
            run(TWO_JOBS, [entry, entry])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(make: Callable[[str, dict[str, Any]], Bare]) -> None:
    url, facts, first, count, warm = sys.argv[1], json.loads(sys.argv[2]), *map(int, sys.argv[3:6])
    bare = make(url, facts)
    for number in range(first, first + warm):
        bare.life(number)
    say("ready")
    sys.stdin.readline()
    began = time.perf_counter()
    for number in range(first + warm, first + warm + count):
        bare.life(number)
    say(str(time.perf_counter() - began))


if __name__ == "__main__":
    main(Bare)
