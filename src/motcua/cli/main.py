"""The `motcua` command: a table of subcommands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import re
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import click

from motcua.law.errors import DomainError

# name → where it lives, and the line shown by `motcua --help`. `motcua due` must not wait for Django to load.
COMMANDS = {
    "demo": ("motcua.cli.demo:demo", "Dựng một tỉnh đang hoạt động để xem thử"),
    "serve": ("motcua.cli.serve:serve", "Chạy máy chủ web"),
    "worker": ("motcua.cli.worker:worker", "Chạy việc nền và hẹn giờ"),
    "migrate": ("motcua.cli.migrate:migrate", "Đưa cơ sở dữ liệu về đúng bảng của bản này"),
    "check": ("motcua.cli.check:check", "Kiểm tra mọi cài đặt"),
    "due": ("motcua.cli.due:due", "Tính hạn giải quyết và giải thích"),
    "limits": ("motcua.cli.limits:limits", "Đọc thời hạn viết bằng chữ"),
    "import": ("motcua.cli.import_:import_", "Nạp đơn vị hành chính, danh mục thủ tục, tổ chức, hồ sơ"),
    "password": ("motcua.cli.password:password", "Đặt mật khẩu đăng nhập của một cán bộ"),
    "process": ("motcua.cli.process:process", "Quy trình nội bộ của thủ tục"),
    "report": ("motcua.cli.report:report", "Báo cáo theo mẫu quy định (06a), báo cáo bằng lời"),
    "score": ("motcua.cli.score:score", "Chấm bộ chỉ số như qd766 và giải thích từng điểm"),
    "facts": ("motcua.cli.facts:facts", "Số liệu gốc: đọc tiếp sổ cái, làm lại, kiểm tra"),
    "ledger": ("motcua.cli.ledger:ledger", "Kiểm chứng sổ cái"),
    "backup": ("motcua.cli.backup:backup", "Sao lưu cơ sở dữ liệu và tệp"),
    "restore": ("motcua.cli.restore:restore", "Phục hồi từ bản sao lưu"),
    "retention": ("motcua.cli.retention:retention", "Hủy dữ liệu hết thời hạn lưu giữ"),
    "simulate": ("motcua.cli.simulate:simulate", "Mô phỏng một quy trình hoặc một cơ quan"),
    "risk": ("motcua.cli.risk:risk", "Học và kiểm chứng nguy cơ trễ của hồ sơ"),
    "mine": ("motcua.cli.mine:mine", "Đường đi thực tế của hồ sơ, từ sổ cái hoặc từ tệp XES"),
    "bench": ("motcua.cli.bench:bench", "Đo tốc độ của chính chương trình"),
    "token": ("motcua.cli.token:token", "Mã truy cập của chương trình gọi API"),
    "outside": ("motcua.cli.outside:outside", "Giả lập cơ quan ngoài hệ thống, để trình diễn"),
    "openapi": ("motcua.cli.openapi:openapi", "In hoặc so mô tả OpenAPI của API"),
}

_HEADINGS = {"Options": "Tùy chọn", "Commands": "Lệnh", "Arguments": "Tham số"}
_PHRASES = {
    "Show this message and exit.": "In trợ giúp này rồi thoát.",
    "[required]": "[bắt buộc]",
    "[default:": "[mặc định:",
    "default:": "mặc định:",
    "required": "bắt buộc",
}


class _Formatter(click.HelpFormatter):
    """click's help with Vietnamese words around it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Cách dùng: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, self._say(second)) for first, second in rows], col_max, col_spacing)

    @staticmethod
    def _say(text: str) -> str:
        for english, vietnamese in _PHRASES.items():
            text = text.replace(english, vietnamese)
        return text


click.Context.formatter_class = _Formatter


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"max_content_width": 110})
@click.version_option(package_name="motcua", message="motcua %(version)s", help="In phiên bản rồi thoát.")
def cli() -> None:
    """Một cửa của một tỉnh: tiếp nhận, giải quyết, trả kết quả thủ tục hành chính đúng hạn luật định.

    The one-stop office of a Vietnamese province. Every command has its own --help.
    """


_SAYINGS = (
    (r"(.+) is not a valid integer( range)?\.", r"\1 không phải là số nguyên."),
    (r"(.+) is not a valid float( range)?\.", r"\1 không phải là số."),
    (r"(.+) is not a valid (.+)\.", r"\1 không phải là \2 hợp lệ."),
    (r"(.+) is not in the range (.+)\.", r"\1 nằm ngoài khoảng \2."),
    (r"(.+) is not one of (.+)\.", r"\1 không phải một trong \2."),
    (r"(.+) does not match the formats? '%Y-%m-%d'\.", r"\1 không phải ngày dạng năm-tháng-ngày như 2026-11-20."),
    (r"(.+) does not match the formats? (.+)\.", r"\1 không đúng dạng \2."),
    (r"(?:File|Path) (.+) does not exist\.", r"Không có tệp \1."),
    (r"Directory (.+) does not exist\.", r"Không có thư mục \1."),
    (r"File (.+) is a directory\.", r"\1 là thư mục, cần một tệp."),
    (r"Directory (.+) is a file\.", r"\1 là tệp, cần một thư mục."),
    (r"(?:File|Path|Directory) (.+) is not (readable|writable)\.", r"Không được phép đọc hoặc ghi \1."),
    (r"Option (.+) does not take a value\.", r"Tùy chọn \1 không nhận giá trị."),
    (r"Option (.+) requires an argument\.", r"Tùy chọn \1 cần một giá trị."),
    (r"No such command (.+?)\.( .*)?", r"Không có lệnh \1."),
    (r"Missing command\.", "Thiếu tên lệnh."),
    (r"Got unexpected extra arguments? \((.+)\)", r"Thừa tham số \1."),
)


def _say(message: str) -> str:
    for english, vietnamese in _SAYINGS:
        found = re.fullmatch(english, message, re.DOTALL)
        if found:
            return found.expand(vietnamese)
    return message


def _in_vietnamese(error: click.UsageError) -> str:
    """The fault of a command line in one Vietnamese line."""
    option = getattr(error, "param", None)
    name = option.opts[-1] if isinstance(option, click.Option) else (option.human_readable_name if option else "")
    if isinstance(error, click.NoSuchOption):
        maybe = f" (có phải {error.possibilities[0]}?)" if error.possibilities else ""
        return f"Không có tùy chọn {error.option_name}{maybe}."
    if isinstance(error, click.MissingParameter):
        return f"Thiếu {name}."
    message = _say(error.message)
    return f"{name}: {message}" if name else message


def _terminated(signum: int, frame: FrameType | None) -> NoReturn:
    # As an exception, so that every `with` on the way out stops what it started.
    raise SystemExit(128 + signum)


def main() -> None:
    """The console script: exit 0 on success, 2 on bad input with one line a fault, 130 on Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):
        # A bare container has LC_ALL=POSIX, where Vietnamese could not be printed at all.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = cli.main(standalone_mode=False)
    except DomainError as error:
        click.echo(error.message, err=True)
        sys.exit(2)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.UsageError as error:
        where = f" Xem `{error.ctx.command_path} --help`." if error.ctx else ""
        click.echo(_in_vietnamese(error) + where, err=True)
        sys.exit(2)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except UnicodeEncodeError:
        wrong = next((word for word in sys.argv[1:] if word != word.encode(errors="replace").decode()), None)
        if wrong is None:
            raise
        # Bytes of a terminal that the system could not read: a name of a file may be such, a code in the database never is.
        click.echo(f"Tham số “{wrong.encode(errors='replace').decode()}”: không phải chữ mã hóa UTF-8.", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Đã dừng.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # `motcua … | head` closed the pipe: not our fault, and nothing more to say to it.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
