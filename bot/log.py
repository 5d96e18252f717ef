"""One event, one line on stderr, with every secret struck out. Never decides what is worth saying.

An event is its name and then its facts: `job.submitted job=17 remote=ab12 after_s=0.8`.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import quote, quote_plus

_STRUCK_OUT: Final = "[secret]"
# Where a library's error names the address that it was at: after the id of an interaction, or of
# an application, stands a token with which anybody could answer.
_IN_ADDRESSES: Final = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/?#\s'\"]+")
# Below WARNING these tell of every packet, SQL statement and picture chunk, prompts included.
_LIBRARIES: Final = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "discord",
    "filelock",
    "PIL",
    "sqlalchemy",
)
# What came from outside can neither begin a line of its own nor steer a terminal.
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_CONTROLS_IN_TRACE: Final = {
    code: text for code, text in _CONTROLS.items() if chr(code) not in "\n\t"
}


def configure(level: str, fmt: Literal["text", "json"], *, secrets: Iterable[str] = ()) -> None:
    """Log to stderr from `level` on; called again, the new choice replaces the old one."""
    handler = _Stderr(sys.stderr)
    handler.setFormatter((_JsonLine if fmt == "json" else _TextLine)(secrets))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _is_weather(record: logging.LogRecord) -> bool:
    """A lost connection to Discord: what happened is worth a line, but no trace."""
    return record.name.startswith("discord.") and "reconnect" in str(record.msg)


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]  # generic for the checker alone
    def handleError(self, record: logging.LogRecord) -> None:
        # The usual one prints the arguments as they are, secrets included.
        self.stream.write(f"log.broken at={record.filename}:{record.lineno}\n")


class _Line(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        spellings = {
            spelling
            for secret in secrets
            if secret
            for spelling in (secret, quote(secret, safe=""), quote_plus(secret))
        }
        # The longest first: one secret may begin another.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, _STRUCK_OUT)
        return _IN_ADDRESSES.sub(rf"\1{_STRUCK_OUT}", text)

    def message(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and _is_weather(record):
            text = f"{text} ({record.exc_info[1]!r})"
        return self.clean(text).translate(_CONTROLS)

    def trace(self, record: logging.LogRecord) -> str:
        parts = []
        if _is_weather(record):
            return ""
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        elif record.exc_text:
            parts.append(record.exc_text)
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return self.clean("\n".join(parts)).translate(_CONTROLS_IN_TRACE)


class _TextLine(_Line):
    def format(self, record: logging.LogRecord) -> str:
        line = f"{_moment(record)} {record.levelname} {record.name} {self.message(record)}"
        trace = self.trace(record)
        # A trace is the one thing that takes more lines; indented, it is no event of its own.
        return f"{line}\n    {trace.replace(chr(10), chr(10) + '    ')}" if trace else line


class _JsonLine(_Line):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message(record),
        }
        trace = self.trace(record)
        return json.dumps(fields | {"trace": trace} if trace else fields, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
