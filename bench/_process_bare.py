"""The reference of `bench process`: see `_lifecycle_bare`; the work items of a process written by hand as well."""

from __future__ import annotations

from bench._lifecycle_bare import AT, DUE, HASH, Bare, main

STARTED = """
UPDATE dossiers_dossier SET seq = 3, head = %s, process = %s, step = 'Thẩm định'
WHERE id = %s AND state = 'accepted' AND seq = 2"""
STEP = """
UPDATE dossiers_dossier SET state = 'in_process', seq = seq + 1, head = %s, step = %s
WHERE id = %s AND state = %s AND seq = %s"""
OPEN = """
INSERT INTO processes_workitem (dossier_id, token, node, flow, kind, name, role, agency_id, minutes, opened_at, opened_seq,
due_at, leaves_by_itself, outcome) VALUES (%s, %s, %s, %s, %s, %s, 'case_officer', %s, %s, %s, %s, %s, false, '')"""
CLOSE = """
UPDATE processes_workitem SET closed_at = %s, closed_seq = %s, closed_by_id = %s, outcome = %s
WHERE dossier_id = %s AND token = %s AND closed_seq IS NULL"""


class OnProcess(Bare):
    def life(self, number: int) -> None:
        dossier = self.submit()
        self.accept(dossier)
        self.step(dossier, 4, "accepted", "submit", "Trình ký", "work")
        self.step(dossier, 5, "in_process", "issue", "Ban hành kết quả", "result")
        self.resolve(dossier, number, 5)
        self.hand_over(dossier, 6)

    def accept(self, dossier: int) -> None:
        with self.connection.transaction():
            super().accept(dossier)
            self.connection.execute(STARTED, [HASH, self.facts["digest"], dossier])
            self.entry(dossier, 3, "process.started")
            self.open(dossier, 1, "appraise", "Thẩm định", "work", 3)

    def open(self, dossier: int, token: int, node: str, name: str, kind: str, seq: int) -> None:
        opened = [dossier, token, node, str(token), kind, name, self.facts["agency"], 480, AT, seq, DUE]
        self.connection.execute(OPEN, opened)

    def step(self, dossier: int, seq: int, state: str, node: str, name: str, kind: str) -> None:
        with self.connection.transaction():
            self.connection.execute(STEP, [HASH, name, dossier, state, seq - 1])
            self.entry(dossier, seq, "process.step_done")
            self.connection.execute(CLOSE, [AT, seq, self.facts["officer"], "done", dossier, seq - 3])
            self.open(dossier, seq - 2, node, name, kind, seq)

    def resolve(self, dossier: int, number: int, seq: int) -> None:
        with self.connection.transaction():
            super().resolve(dossier, number, seq)
            self.connection.execute(CLOSE, [AT, seq + 1, self.facts["officer"], "resolved", dossier, 3])


if __name__ == "__main__":
    main(OnProcess)
