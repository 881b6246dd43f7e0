"""Every setting of the program, typed, read once from `MOTCUA_*` variables.

A value may also stand in a file: `MOTCUA_SECRET_KEY_FILE=/run/secrets/key` for one, or `MOTCUA_SECRETS_DIR` for a
folder whose files are named after the settings (`secret_key`, `database_url`). The variable itself wins, then its
`_FILE`, then the folder.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from motcua.law.errors import DomainError, system_reason

PREFIX = "MOTCUA_"
# Read by the shell scripts and the tests, not by the program.
_FOREIGN = {"MOTCUA_SECRETS_DIR", "MOTCUA_PYTHON"}
_FOREIGN_PREFIX = "MOTCUA_TEST_"


class BadSettings(DomainError):
    """One or more `MOTCUA_*` settings cannot be used; `message` has one line for each."""

    code = "bad_settings"


def _with_zone(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))).astimezone(UTC)


def _postgres_url(value: SecretStr) -> SecretStr:
    # Imported here: only a given database needs the client library this early.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    shape = "phải có dạng postgresql://người-dùng:mật-khẩu@máy:5432/cơ-sở-dữ-liệu"
    url = value.get_secret_value()
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(shape)
    try:
        ports = str(conninfo_to_dict(url).get("port") or "").split(",")
    except ProgrammingError:
        raise ValueError(f"{shape}; dấu cách và ký tự đặc biệt trong mật khẩu viết dạng %20, %40…") from None
    if not all(port in {"", "0"} or (port.isdigit() and int(port) <= 65535) for port in ports):
        raise ValueError(f"{shape}; cổng phải là số từ 1 đến 65535")
    return value


def _public_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        port_fits = parts.port != 0
    except ValueError:
        port_fits = False
    if not port_fits or not re.fullmatch(r"https?://[^/\s@?#]+", value):
        raise ValueError(
            "phải là http:// hoặc https:// rồi đến tên máy (và cổng nếu có), như https://motcua.tinh.gov.vn,"
            " không có đường dẫn ở sau"
        )
    return value


def _s3_endpoint(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("phải bắt đầu bằng http:// hoặc https://")
    return value


def _clamd(value: str) -> str:
    found = re.fullmatch(r"[^:/\s]+:(\d{1,5})|unix:/.+", value)
    if not found or (found[1] and not 1 <= int(found[1]) <= 65535):
        raise ValueError("phải có dạng máy:cổng như localhost:3310, hoặc unix:/đường/dẫn")
    return value


class _FileSource(PydanticBaseSettingsSource):
    """Values from `MOTCUA_X_FILE` and from the secrets folder."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        named = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        folder = os.environ.get("MOTCUA_SECRETS_DIR")
        if named:
            path = Path(named)
        elif folder and (Path(folder) / field_name).is_file():
            path = Path(folder) / field_name
        else:
            return None, field_name, False
        try:
            return path.read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = system_reason(error) if isinstance(error, OSError) else "không phải chữ mã hóa UTF-8"
            raise BadSettings(f"{PREFIX}{field_name.upper()}: không đọc được tệp {path} ({reason}).") from error

    def __call__(self) -> dict[str, Any]:
        folder = os.environ.get("MOTCUA_SECRETS_DIR")
        if folder and not Path(folder).is_dir():
            # Without it the program would take the defaults, its own database among them, and look healthy.
            raise BadSettings(f"MOTCUA_SECRETS_DIR: không có thư mục {folder}.")
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    home: Path = Field(Path(".motcua"), description="Thư mục dữ liệu của chương trình: cơ sở dữ liệu riêng, tệp, khóa")
    database_url: Annotated[SecretStr, AfterValidator(_postgres_url)] | None = Field(
        None, description="Cơ sở dữ liệu PostgreSQL 15–18; để trống thì chương trình tự chạy cơ sở dữ liệu riêng"
    )
    migrate_database_url: Annotated[SecretStr, AfterValidator(_postgres_url)] | None = Field(
        None, description="Cùng cơ sở dữ liệu với vai trò chủ sở hữu bảng, chỉ dùng cho `motcua migrate`"
    )
    database_pool: int = Field(
        4, ge=0, le=100, description="Số kết nối tối đa của mỗi tiến trình web; 0 là không giữ sẵn"
    )
    secret_key: Annotated[SecretStr, Field(min_length=32)] | None = Field(
        None, description="Khóa ký phiên làm việc, từ 32 ký tự; để trống thì tự sinh và giữ trong thư mục dữ liệu"
    )
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        "http://localhost:8000", description="Địa chỉ công khai, in trên giấy và mã QR"
    )
    hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"], description="Tên máy được phục vụ, cách nhau bằng dấu phẩy"
    )
    behind_proxy: bool = Field(
        False, description="Đứng sau máy chủ trung gian có gửi X-Forwarded-Proto và X-Forwarded-For"
    )
    now: Annotated[datetime, AfterValidator(_with_zone)] | None = Field(
        None, description="Cố định đồng hồ (ISO 8601), chỉ dùng khi trình diễn và kiểm thử"
    )
    portal_mode: Literal["own", "national"] = Field(
        "own", description="`own`: cổng tự nhận hồ sơ; `national`: người dân nộp ở Cổng Dịch vụ công quốc gia"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Mức ghi nhật ký")
    log_format: Literal["json", "text"] = Field("json", description="Dạng nhật ký: mỗi dòng một JSON, hoặc chữ thường")
    s3_bucket: str | None = Field(None, description="Thùng S3 giữ tệp; để trống thì giữ trong thư mục dữ liệu")
    s3_endpoint: Annotated[str, AfterValidator(_s3_endpoint)] | None = Field(None, description="Địa chỉ dịch vụ S3")
    s3_access_key: SecretStr | None = Field(None, description="Khóa truy cập S3")
    s3_secret_key: SecretStr | None = Field(None, description="Khóa bí mật S3")
    clamd: Annotated[str, AfterValidator(_clamd)] | None = Field(
        None,
        description="Máy quét mã độc clamd: `máy:cổng` hoặc `unix:/đường/dẫn`; đặt thì tệp chưa quét không mở được",
    )
    jobs_stalled_seconds: int = Field(
        30, ge=5, le=3600, description="Bao lâu không có nhịp tim thì việc nền được giao lại"
    )

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FileSource(settings_cls)


_EXPECTED = {
    "bool_parsing": "phải là true hoặc false",
    "int_parsing": "phải là số nguyên",
    "datetime_from_date_parsing": "phải là thời điểm ISO 8601 như 2026-11-21T08:00+07:00",
    "datetime_parsing": "phải là thời điểm ISO 8601 như 2026-11-21T08:00+07:00",
    "literal_error": "phải là một trong {expected}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
    "too_short": "phải có ít nhất {min_length} ký tự",
    "string_too_short": "phải có ít nhất {min_length} ký tự",
}


def explain(error: ValidationError) -> list[str]:
    """One Vietnamese line for each fault; a secret's value is never repeated."""
    lines = []
    for fault in error.errors():
        name = str(fault["loc"][0])
        context = fault.get("ctx", {})
        if fault["type"] == "value_error":
            expected = str(context["error"])
        else:
            expected = _EXPECTED.get(fault["type"], "giá trị không dùng được").format(**context)
        # The library joins the last of a choice in English.
        expected = expected.replace(" or ", " hoặc ")
        field = Config.model_fields.get(name)
        secret = field is not None and "Secret" in str(field.annotation)
        shown = "" if secret else f" đang là {fault['input']!r},"
        lines.append(f"{PREFIX}{name.upper()}:{shown} {expected}.")
    return lines


def misspelled() -> list[str]:
    """Variables that begin like ours and mean nothing, usually a slip of the pen."""
    known = {f"{PREFIX}{name.upper()}" for name in Config.model_fields}
    known |= {f"{name}_FILE" for name in known} | _FOREIGN
    given = {name for name in os.environ if name.startswith(PREFIX) and not name.startswith(_FOREIGN_PREFIX)}
    return sorted(given - known)


@lru_cache(maxsize=1)
def config() -> Config:
    """The settings of this process. Raises BadSettings with one line for each fault."""
    try:
        return Config()
    except ValidationError as error:
        lines = explain(error)
        raise BadSettings("\n".join(lines), faults=lines) from error
