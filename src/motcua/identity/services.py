"""Writers of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from motcua.identity.models import User
from motcua.law.errors import BadInput

__all__ = ["account_of", "set_password", "set_shared_password"]

# The framework's own words are only partly Vietnamese.
_WEAK: Final = {
    "password_too_short": "Mật khẩu quá ngắn; cần ít nhất %(min_length)d ký tự.",
    "password_too_similar": "Mật khẩu quá giống tên đăng nhập.",
    "password_too_common": "Mật khẩu này nhiều người dùng, dễ bị đoán.",
    "password_entirely_numeric": "Mật khẩu chỉ có chữ số; cần thêm chữ.",
}


def account_of(username: str) -> User:
    """The account with a user name. Raises BadInput for an unknown one."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise BadInput(f"Không có tài khoản nào mang tên đăng nhập “{username}”.", username=username)
    return user


def set_password(user: User, password: str) -> None:
    """Give an account a password of its own, which ends its sessions. Raises BadInput for one that is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(
            "\n".join(_WEAK.get(one.code or "", one.messages[0]) % (one.params or {}) for one in error.error_list)
        ) from None
    user.set_password(password)
    user.save(update_fields=["password"])


def set_shared_password(usernames: Iterable[str], password: str) -> int:
    """Give several accounts one password, hashed once (a hash takes a third of a second); returns how many got it.

    For demonstrations and trainings: whoever knows one account's password knows them all.
    """
    return User.objects.filter(username__in=list(usernames)).update(password=make_password(password))
