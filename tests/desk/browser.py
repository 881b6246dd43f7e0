"""Officers at the desk in a real browser: who may sign in, and a page in which one has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.desk.office import PASSWORD
from tests.faces.browser import OFFICE

from motcua.organizations.models import Officer


def let_in(officers: Iterable[Officer]) -> None:
    """Give each the password of the tests."""
    for officer in officers:
        officer.user.set_password(PASSWORD)
        officer.user.save()


def enter(browser: Any, url: str, name: str, **options: Any) -> Any:
    """A page of a fresh browser in which the officer has signed in; `options` are those of the browser's context."""
    page = browser.new_context(**({"viewport": OFFICE, "locale": "vi-VN"} | options)).new_page()
    page.goto(f"{url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{url}/can-bo/**")
    return page
