"""The one base of every error that a person may read."""

from __future__ import annotations

import errno
import re
from socket import gaierror
from typing import ClassVar, Final


class DomainError(Exception):
    """A rule said no, or input could not be read.

    `code` is public and never renamed: programs match on it, people read `message` (Vietnamese, one sentence that names
    what is wrong, where, and what was expected). `data` holds the facts the message was made from, JSON-ready.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class BadInput(DomainError):
    """Input from outside (form, file, command, API) that cannot be taken; nothing was changed."""

    code = "bad_input"


_SYSTEM: Final = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.ENOTDIR: "trên đường dẫn có một tệp ở chỗ cần thư mục",
    errno.EISDIR: "đây là thư mục, cần một tệp",
    errno.EACCES: "không được phép",
    errno.EPERM: "không được phép",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết phần ổ đĩa được cấp",
    errno.EFBIG: "tệp lớn quá mức hệ thống cho phép",
    errno.EIO: "ổ đĩa không đọc hoặc ghi được",
    errno.EMFILE: "đang mở quá nhiều tệp",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.ELOOP: "liên kết vòng tròn",
    errno.EADDRINUSE: "đã có chương trình khác dùng",
    errno.ECONNREFUSED: "không có chương trình nào nghe ở địa chỉ này",
    errno.EADDRNOTAVAIL: "địa chỉ này không ở máy này",
    errno.ETIMEDOUT: "quá lâu không trả lời",
}
_NUMBER: Final = re.compile(r"\[Errno (\d+)\]")


def system_reason(error: OSError) -> str:
    """Why the operating system refused, in Vietnamese where it is a reason that people meet.

    An error that gathers others (`shutil.Error`) tells the first of them.
    """
    if isinstance(error, gaierror):
        return "không tìm ra máy mang tên này"
    number = error.errno
    if number is None and (told := _NUMBER.search(str(error))):
        number = int(told[1])
    if number is None and isinstance(error, TimeoutError):
        number = errno.ETIMEDOUT
    return _SYSTEM.get(number or 0) or error.strerror or str(error)
