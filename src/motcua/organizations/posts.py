"""Writers of posts, many at once: who takes, keeps or leaves one, with which roles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from motcua.identity.models import User
from motcua.organizations.models import Officer, RoleAssignment

_BATCH = 1000
_FIELDS = ("unit_id", "desk_id", "full_name", "title", "phone", "email", "valid_from")


@dataclass(frozen=True, slots=True)
class Post:
    """What a post is to be. `roles` are pairs of a role and the id of the agency over whose subtree it is held."""

    username: str
    full_name: str
    title: str
    agency_id: int
    unit_id: int | None
    desk_id: int | None
    phone: str
    email: str
    valid_from: date
    roles: frozenset[tuple[str, int]]


@transaction.atomic
def fill_posts(posts: Sequence[Post], *, on: date) -> Counter[str]:
    """Make it so, and say how many posts are `new`, `changed`, `unchanged`; one post for each user name.

    A user without an account gets one without a password. A post in another agency ends the one before on the day it
    begins. A role of a post that goes on is given and taken from `on`, never for the past.
    """
    users = _accounts(posts)
    current = _current(posts)
    made: list[Officer] = []
    changed: set[int] = set()
    for post in posts:
        officer = current.get(post.username)
        if officer is not None and officer.agency_id == post.agency_id:
            if any(getattr(officer, name) != getattr(post, name) for name in _FIELDS):
                changed.add(officer.pk)
            continue
        if officer is not None:
            Officer.objects.filter(pk=officer.pk).update(valid_to=post.valid_from)
        made.append(
            Officer(
                user=users[post.username], agency_id=post.agency_id, unit_id=post.unit_id, desk_id=post.desk_id,
                full_name=post.full_name, title=post.title, phone=post.phone, email=post.email, valid_from=post.valid_from,
            )
        )  # fmt: skip
    Officer.objects.bulk_create(made, batch_size=_BATCH)
    current |= {officer.user.username: officer for officer in made}
    new = {officer.pk for officer in made}
    changed |= _settle_roles(posts, current, new, on)
    for post in posts:
        officer = current[post.username]
        if officer.pk in changed:
            for name in _FIELDS:
                setattr(officer, name, getattr(post, name))
    Officer.objects.bulk_update(
        [officer for officer in current.values() if officer.pk in changed], _FIELDS, batch_size=_BATCH
    )
    return Counter(new=len(new), changed=len(changed), unchanged=len(posts) - len(new) - len(changed))


def _accounts(posts: Sequence[Post]) -> dict[str, User]:
    names = {post.username: post.full_name for post in posts}
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    renamed = [user for user in users.values() if user.full_name != names[user.username]]
    for user in renamed:
        user.full_name = names[user.username]
    User.objects.bulk_update(renamed, ["full_name"], batch_size=_BATCH)
    made = User.objects.bulk_create(
        [
            User(username=name, full_name=full_name, password=make_password(None))
            for name, full_name in names.items()
            if name not in users
        ],
        batch_size=_BATCH,
    )
    return users | {user.username: user for user in made}


def _current(posts: Sequence[Post]) -> dict[str, Officer]:
    """The post without an end of each user; where he holds several, the one in the agency that is meant."""
    agencies = {post.username: post.agency_id for post in posts}
    rows = Officer.objects.select_related("user").filter(user__username__in=agencies, valid_to__isnull=True)
    found: dict[str, Officer] = {}
    for officer in rows.order_by("id"):
        name = officer.user.username
        if name not in found or officer.agency_id == agencies[name]:
            found[name] = officer
    return found


def _settle_roles(
    posts: Sequence[Post], current: dict[str, Officer], new: Collection[int], on: date
) -> set[int]:  # fmt: skip
    """Give and take roles; the ids of the posts that go on with other roles or from another day."""
    held: dict[int, list[RoleAssignment]] = defaultdict(list)
    for row in RoleAssignment.objects.filter(officer__in=[o.pk for o in current.values()], delegated_by__isnull=True):
        held[row.officer_id].append(row)
    given: list[RoleAssignment] = []
    kept: list[RoleAssignment] = []
    touched: set[int] = set()
    for post in posts:
        officer = current[post.username]
        rows = {(row.role, row.scope_id, row.valid_from): row for row in held[officer.pk]}
        live = {(row.role, row.scope_id): row for row in rows.values() if row.valid_to is None or row.valid_to > on}
        begin = post.valid_from if officer.pk in new else max(post.valid_from, on)
        for key, row in live.items():
            if key not in post.roles:
                row.valid_to = max(on, row.valid_from)
            elif row.valid_to is not None:
                row.valid_to = None
            elif row.valid_from == officer.valid_from and (*key, post.valid_from) not in rows:
                # Held since the post began, whichever day that is said to have been.
                row.valid_from = post.valid_from
            else:
                continue
            kept.append(row)
            touched.add(officer.pk)
        for role, scope in sorted(post.roles - live.keys()):
            touched.add(officer.pk)
            again = rows.get((role, scope, begin))
            if again is not None:
                again.valid_to = None
                kept.append(again)
            else:
                given.append(RoleAssignment(officer=officer, role=role, scope_id=scope, valid_from=begin))
    RoleAssignment.objects.bulk_create(given, batch_size=_BATCH)
    RoleAssignment.objects.bulk_update(kept, ["valid_from", "valid_to"], batch_size=_BATCH)
    return touched - set(new)
