"""Signed marks of the whole ledger, kept outside the database: what a chain alone cannot see.

A chain shows a changed entry, but not a cut tail nor a dossier that is gone. So every hour the newest entry of every
dossier goes into one Merkle root, signed (Ed25519) and written to `MOTCUA_HOME/checkpoints/`, each file holding the
hash of the one before it. Copy the folder to another machine and it also shows the database's owner.

Position: entries of transactions below the snapshot's xmin; all of them have ended, so this set never changes again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from motcua.dossiers.ledger import canonical, leaf, merkle_root, moment_text
from motcua.law.errors import DomainError
from motcua.platform.config import config
from motcua.platform.secrets import own_key

log = logging.getLogger("motcua.ledger")

FORMAT = 1
# Dossiers in one bucket, by id: verify names a damaged range this small, and an hour's checkpoint reads only the
# buckets in which something happened.
BUCKET = 1024


class CheckpointBroken(DomainError):
    """A checkpoint file is not what was signed, or its chain has a gap."""

    code = "checkpoint_broken"


class LedgerDamaged(DomainError):
    """The ledger below the last checkpoint is not what it was then; nothing is signed over it."""

    code = "ledger_damaged"


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many dossiers, and the Merkle root over their leaves in order of id."""

    dossiers: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`buckets` by number (dossier id // BUCKET); `position` is the first xid that is not in it."""

    number: int
    made_at: str
    position: int
    entries: int
    buckets: dict[int, Bucket]
    previous: str

    @property
    def dossiers(self) -> int:
        return sum(bucket.dossiers for bucket in self.buckets.values())

    @property
    def root(self) -> bytes:
        return merkle_root(
            [leaf(number, bucket.dossiers, bucket.root) for number, bucket in sorted(self.buckets.items())]
        )

    def body(self) -> dict[str, object]:
        """What is signed, as JSON data."""
        return {
            "format": FORMAT,
            "number": self.number,
            "made_at": self.made_at,
            "position": str(self.position),
            "dossiers": self.dossiers,
            "entries": self.entries,
            "root": self.root.hex(),
            "buckets": {str(number): [b.dossiers, b.root.hex()] for number, b in sorted(self.buckets.items())},
            "previous": self.previous,
        }


class CheckpointStore:
    """The folder of checkpoint files and the key that signs them; the seed of the key is SHA-256 of the key's text."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"motcua-checkpoint-1{key}".encode()).digest())

    @classmethod
    def of_home(cls, home: Path) -> CheckpointStore:
        return cls(home / "checkpoints", own_key(home, "checkpoint_key"))

    @property
    def public_key(self) -> str:
        """Hex of the raw public key, for whoever checks on another machine."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit())

    def latest(self) -> tuple[Checkpoint, str] | None:
        """The newest checkpoint and the hash of its file; None when there is none. Raises CheckpointBroken."""
        numbers = self.numbers()
        return self.read(numbers[-1]) if numbers else None

    def read(self, number: int) -> tuple[Checkpoint, str]:
        """Raises CheckpointBroken where the file is not one that this key has signed."""
        path = self._path(number)
        try:
            raw = path.read_bytes()
            stored = json.loads(raw)
            signature = bytes.fromhex(stored["signature"])
            body = {name: value for name, value in stored.items() if name not in ("signature", "public_key")}
            self._key.public_key().verify(signature, canonical(body).encode())
            checkpoint = _from_body(body)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
            raise CheckpointBroken(f"Điểm chốt {path.name}: chữ ký hoặc nội dung không đúng.", number=number) from error
        if checkpoint.number != number or checkpoint.body() != body:
            raise CheckpointBroken(f"Điểm chốt {path.name}: nội dung không khớp với chính nó.", number=number)
        return checkpoint, hashlib.sha256(raw).hexdigest()

    def check_chain(self) -> None:
        """Every file signed, without a gap, each naming the hash of the one before. Raises CheckpointBroken."""
        before = ""
        for expected, number in enumerate(self.numbers(), 1):
            if number != expected:
                raise CheckpointBroken(f"Thiếu điểm chốt số {expected}.", number=expected)
            checkpoint, digest = self.read(number)
            if checkpoint.previous != before:
                raise CheckpointBroken(f"Điểm chốt số {number} không nối với điểm chốt trước.", number=number)
            before = digest

    def save(self, checkpoint: Checkpoint) -> Path:
        """Complete or absent, on disk when this returns. Raises FileExistsError when another process took the number."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = checkpoint.body()
        signature = self._key.sign(canonical(body).encode()).hex()
        path = self._path(checkpoint.number)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(canonical(body | {"signature": signature, "public_key": self.public_key}))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, not a rename: a checkpoint once written is never replaced.
            os.link(fresh, path)
        finally:
            fresh.unlink()
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return path

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08d}.json"


def _from_body(body: dict[str, Any]) -> Checkpoint:
    if body["format"] != FORMAT:
        raise ValueError(body["format"])
    buckets = {int(number): Bucket(count, bytes.fromhex(root)) for number, (count, root) in body["buckets"].items()}
    return Checkpoint(
        body["number"], body["made_at"], int(body["position"]), body["entries"], buckets, body["previous"]
    )


@contextlib.contextmanager
def one_snapshot() -> Iterator[None]:
    """Every read in this block sees the database of one moment; inside a running transaction, that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Heads:
    """Gathers the newest entry of each dossier, in order of id, into buckets."""

    def __init__(self) -> None:
        self.buckets: dict[int, Bucket] = {}
        self._number = -1
        self._leaves: list[bytes] = []

    def add(self, dossier: int, seq: int, head: bytes) -> None:
        number = dossier // BUCKET
        if number != self._number:
            self._close()
            self._number = number
        self._leaves.append(leaf(dossier, seq, head))

    def finish(self) -> dict[int, Bucket]:
        self._close()
        return self.buckets

    def _close(self) -> None:
        if self._leaves:
            self.buckets[self._number] = Bucket(len(self._leaves), merkle_root(self._leaves))
        self._leaves = []


_ENTRIES_OF_BUCKET = """
SELECT dossier_id, seq, hash, xid < %s::text::xid8 FROM dossiers_ledgerentry
WHERE dossier_id >= %s AND dossier_id < %s AND xid < %s::text::xid8 ORDER BY dossier_id, seq
"""


def read_bucket(number: int, *, position: int, earlier: int = 0) -> tuple[Bucket | None, Bucket | None]:
    """A bucket as the database has it at `position` and as it had it at the `earlier` one; None = no dossier in it."""
    now: dict[int, tuple[int, bytes]] = {}
    then: dict[int, tuple[int, bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES_OF_BUCKET, [earlier, number * BUCKET, (number + 1) * BUCKET, position])
        for dossier, seq, head, was_there in cursor.fetchall():
            now[dossier] = (seq, head)
            if was_there:
                then[dossier] = (seq, head)
    return _bucket(now), _bucket(then)


def _bucket(heads: dict[int, tuple[int, bytes]]) -> Bucket | None:
    leaves = [leaf(dossier, seq, head) for dossier, (seq, head) in sorted(heads.items())]
    return Bucket(len(leaves), merkle_root(leaves)) if leaves else None


def make_checkpoint(store: CheckpointStore, at: datetime) -> Checkpoint | None:
    """Sign the ledger as it stands; None when nothing has happened since the last checkpoint.

    Of the buckets that changed, what the last checkpoint said is proved first. Raises LedgerDamaged, CheckpointBroken.
    """
    last = store.latest()
    before = last[0] if last else Checkpoint(0, "", 0, 0, {}, "")
    with one_snapshot():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            (position,) = cursor.fetchone()
            cursor.execute(
                "SELECT dossier_id / %s, count(*) FROM dossiers_ledgerentry"
                " WHERE xid >= %s::text::xid8 AND xid < %s::text::xid8 GROUP BY 1 ORDER BY 1",
                [BUCKET, before.position, position],
            )
            changed = cursor.fetchall()
        if not changed:
            return None
        buckets = dict(before.buckets)
        for number, _ in changed:
            now, then = read_bucket(number, position=position, earlier=before.position)
            if then != before.buckets.get(number):
                raise LedgerDamaged(
                    f"Sổ cái khác với điểm chốt số {before.number} ở {bucket_words(number)}.", bucket=number
                )
            assert now is not None
            buckets[number] = now
    checkpoint = Checkpoint(
        number=before.number + 1,
        made_at=moment_text(at),
        position=position,
        entries=before.entries + sum(count for _, count in changed),
        buckets=buckets,
        previous=last[1] if last else "",
    )
    store.save(checkpoint)
    return checkpoint


def bucket_words(number: int) -> str:
    return f"các hồ sơ có số thứ tự {number * BUCKET}–{(number + 1) * BUCKET - 1}"


def checkpoint_sweep(at: datetime) -> int:
    """The hourly checkpoint. A damaged ledger is logged as an error every hour, until somebody looks."""
    try:
        made = make_checkpoint(CheckpointStore.of_home(config().home), at)
    except (LedgerDamaged, CheckpointBroken) as error:
        log.error("no checkpoint: %s", error.message)
        return 0
    except FileExistsError:
        return 0
    return 1 if made else 0
