"""Tells the shape of an answer without repeating it: its keys and types, and the vendor's words.

Only what names a state or a fault is quoted, shortened and redacted; everything else may be
somebody's prompt, link or account.
"""

import re

from bot.modelslab.body import MESSAGE_FIELDS, read_json, tidy
from bot.modelslab.client import Answer, NoAnswer
from bot.modelslab.redaction import STRUCK, redact

QUOTED = frozenset({"status", *MESSAGE_FIELDS})
QUOTE_MAX_CHARS = 120
DEPTH_MAX = 4
KEYS_MAX = 40
NAME_MAX_CHARS = 40

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@\"']+@[^\s@\"']+\.[^\s@\"']+")
# Keys of an answer may be data too: ids, addresses.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def told(answer: Answer | NoAnswer, *, key: str) -> str:
    """The HTTP code and the shape of an answer, on one line that anybody may read."""
    if isinstance(answer, NoAnswer):
        return _quote(answer.message, key)
    value = read_json(answer.body)
    if value is None and answer.body.strip() != b"null":
        return f"HTTP {answer.status}, no JSON: {_sort(answer.body)}"
    return f"HTTP {answer.status}, {_shape(value, key, quoted=False, depth=0)}"


def _sort(body: bytes) -> str:
    start = body.lstrip()[:20].lower()
    if not start:
        return "empty"
    page = start.startswith((b"<!doctype", b"<html"))
    return f"{'a web page' if page else 'text'} of {len(body)} bytes"


def _shape(value: object, key: str, *, quoted: bool, depth: int) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return f'"{_quote(value, key)}"' if quoted else "text" if value else "empty text"
        case list():
            return _list(value, key, quoted=quoted, depth=depth)
        case dict():
            return _object(value, key, quoted=quoted, depth=depth)
        case _:
            return "?"


def _list(value: list[object], key: str, *, quoted: bool, depth: int) -> str:
    if not value:
        return "[]"
    if depth == DEPTH_MAX:
        return "[…]"
    kinds = list(dict.fromkeys(_shape(item, key, quoted=quoted, depth=depth + 1) for item in value))
    more = " …" if len(kinds) > 1 else ""
    return f"[{kinds[0]}{more}]×{len(value)}"


def _object(value: dict[str, object], key: str, *, quoted: bool, depth: int) -> str:
    if not value:
        return "{}"
    if depth == DEPTH_MAX:
        return "{…}"
    parts = [
        f"{_key(name)}: "
        + _shape(inner, key, quoted=quoted or name.lower() in QUOTED, depth=depth + 1)
        for name, inner in list(value.items())[:KEYS_MAX]
    ]
    if len(value) > KEYS_MAX:
        parts.append(f"… {len(value) - KEYS_MAX} more")
    return "{" + ", ".join(parts) + "}"


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) and len(name) <= NAME_MAX_CHARS else "(key)"


def _quote(text: str, key: str) -> str:
    clean = _MAIL.sub(STRUCK, _LINK.sub("(link)", redact(text, key)))
    line = tidy(clean)
    return line if len(line) <= QUOTE_MAX_CHARS else line[: QUOTE_MAX_CHARS - 1] + "…"
