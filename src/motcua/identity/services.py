"""Writers of accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from motcua.identity.models import User

__all__ = ["set_shared_password"]


def set_shared_password(usernames: Iterable[str], password: str) -> int:
    """Give several accounts one password, hashed once (a hash takes a third of a second); returns how many got it.

    For demonstrations and trainings: whoever knows one account's password knows them all.
    """
    return User.objects.filter(username__in=list(usernames)).update(password=make_password(password))
