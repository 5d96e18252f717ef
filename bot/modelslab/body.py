"""Reads one answer of the vendor, whatever its shape, as plain values. Never judges or raises.

The vendor spells its fields in many ways: `message` or `messege` as text, list or object, ids as
numbers or text, links as list, object, text or nothing. Each reader here takes them all and gives
None, or nothing, for what makes no sense.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.request import SEED_MAX

MESSAGE_MAX_CHARS = 300
CAPTION_MAX_CHARS = 2000
LINK_MAX_CHARS = 4096
LINKS_MAX = 16
WAIT_MAX_S = 86_400.0
DEPTH_MAX = 5

MESSAGE_FIELDS = ("message", "messege", "error_message", "error", "detail", "errors")
# Some answers wrap the picture once more.
WRAPPERS = ("data", "result")
# Nothing says where a caption stands: these are the places where one was looked for, and `meta`,
# which may also repeat the request, comes last.
CAPTION_PLACES = (
    "output", "caption", "captions", "description", "text", "generated_text", *WRAPPERS, "meta",
)  # fmt: skip

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LINK = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|data:", re.IGNORECASE)
# A picture written as text, or an id.
_CODE = re.compile(r"[A-Za-z0-9+/=_-]{64,}")
_QUERY = re.compile(r"(https?://[^\s?#]*)[?#]\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an answer says. `status` is in lower case, and empty where the answer has none.

    `links` are addresses only and `caption` is words only, whatever stands in their place.
    `complains` tells that a field was filled that only errors have.
    """

    status: str = ""
    message: str = ""
    remote_id: str | None = None
    links: tuple[str, ...] = ()
    caption: str = ""
    fetch_result: str | None = None
    eta_s: float | None = None
    retry_after_s: float | None = None
    flagged: bool = False
    seed: int | None = None
    complains: bool = False


def read_json(body: bytes) -> object | None:
    """The JSON value in `body`; None where there is none (a page, a broken or binary answer)."""
    try:
        value: object = json.loads(body)
    # Deep nesting is a RecursionError; wrong bytes and overlong numbers are ValueErrors.
    except (ValueError, RecursionError):
        return None
    return value


def read_body(body: bytes) -> Body | None:
    """What the answer says; None where it is no JSON object, list or text."""
    value = read_json(body)
    match value:
        case dict():
            return _read_object(value)
        case list() | str():
            return Body(message=tidy(_words(value)))
        case _:
            return None


def _read_object(value: dict[str, object]) -> Body:
    status: object = value.get("status")
    if status is False:
        status = "error"
    meta = value.get("meta")
    return Body(
        status=tidy(status).lower() if isinstance(status, str) else "",
        message=_message(value),
        remote_id=next(
            (known for name in ("id", "request_id") if (known := _id(value.get(name)))), None
        ),
        links=_result_links(value),
        caption=_shortened(_caption(value, DEPTH_MAX), CAPTION_MAX_CHARS),
        fetch_result=_text(value.get("fetch_result")),
        eta_s=_seconds(value.get("eta")),
        retry_after_s=_seconds(value.get("retry_after")),
        flagged=_flag(value.get("nsfw_content_detected")),
        seed=_seed(meta.get("seed")) if isinstance(meta, dict) else None,
        complains=any(value.get(name) for name in ("error", "errors", "error_message", "detail")),
    )


def tidy(text: str) -> str:
    """One short printable line; of an address, only what comes before its query."""
    return _shortened(_QUERY.sub(r"\1", text), MESSAGE_MAX_CHARS)


def _shortened(text: str, most_chars: int) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most_chars else line[: most_chars - 1] + "…"


def number(value: object) -> float | None:
    """A finite number, also from text; a yes or no is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _message(value: dict[str, object]) -> str:
    for name in MESSAGE_FIELDS:
        if text := tidy(_words(value.get(name))):
            return text
    return ""


def _words(value: object) -> str:
    """The texts in a message of any shape; of an object that has a message itself, only that."""
    return " ".join(_leaves(value, DEPTH_MAX))


def _leaves(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth == 0:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, depth - 1)
    elif isinstance(value, dict):
        own = value.get("message") or value.get("messege") or value.get("msg")
        for item in [own] if own else value.values():
            yield from _leaves(item, depth - 1)


def _result_links(value: dict[str, object]) -> tuple[str, ...]:
    """Links to finished pictures. `future_links` are none: nothing stands there yet."""
    holders = [value, *(inner for name in WRAPPERS if isinstance(inner := value.get(name), dict))]
    for name in ("output", "proxy_links"):
        for holder in holders:
            texts = _leaves(holder.get(name), DEPTH_MAX)
            found = dict.fromkeys(text.strip() for text in texts if _is_link(text.strip()))
            if found:
                return tuple(found)[:LINKS_MAX]
    return ()


def _caption(value: object, depth: int) -> str:
    """The first words about a picture, which no address is."""
    match value:
        case str():
            return value if _is_words(value.strip()) else ""
        case list() if depth:
            return " ".join(filter(None, (_caption(item, depth - 1) for item in value)))
        case dict() if depth:
            # Lists are met as objects too, with numbers as names.
            numbered = [item for name, item in value.items() if name.isdecimal()]
            for place in (numbered, *(value.get(name) for name in CAPTION_PLACES)):
                if found := _caption(place, depth - 1):
                    return found
    return ""


def _is_words(text: str) -> bool:
    return (
        any(char.isalpha() for char in text)
        and _ADDRESS.match(text) is None
        and _CODE.fullmatch(text) is None
    )


def _is_link(text: str) -> bool:
    return len(text) <= LINK_MAX_CHARS and _LINK.fullmatch(text) is not None


def _id(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int) and not 0 < value < 2**63:
        return None
    text = str(value).strip()
    return text if _ID.fullmatch(text) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> float | None:
    found = number(value)
    return min(found, WAIT_MAX_S) if found is not None and found >= 0 else None


def _seed(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= SEED_MAX else None


def _flag(value: object) -> bool:
    """Whether anything was flagged: a yes or no, a text, or a list or object of them.

    What is not surely a no counts as a yes.
    """
    if isinstance(value, str):
        return value.strip().lower() not in {"", "false", "no", "0", "none", "null"}
    if isinstance(value, list):
        return any(_flag(item) for item in value)
    if isinstance(value, dict):
        return any(_flag(item) for item in value.values())
    return bool(value)
