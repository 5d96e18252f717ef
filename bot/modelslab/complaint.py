"""What the vendor's complaint means: texts first, HTTP codes second. Pure tables.

The texts are those of the vendor's error page and of its validator, and what other clients had to
recognise. The list is surely incomplete: what is not recognised stays unrecognised.
"""

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why the vendor said no.

    Of a fetch, only FAILED and CONTENT end the job; the others say that asking did not work.
    """

    BUSY = "busy"  # too many requests in line
    CREDITS = "credits"  # the wallet is empty
    KEY = "key"  # the key is missing or refused
    PLAN = "plan"  # not in the owner's plan
    CONTENT = "content"  # its moderation did not like it
    INVALID = "invalid"  # the request itself is wrong
    UNKNOWN_MODEL = "unknown_model"
    NO_PATH = "no_path"  # the vendor does not offer this endpoint
    DOWN = "down"  # it surely took nothing, and not because of the request
    FAILED = "failed"  # it tried, and failed


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_CONTENT = _pattern(
    r"\b(?:nsfw|policy|policies|blocked|prohibited|inappropriate|sensitive content)\b",
    r"\bmoderat",
    r"\bsafety (?:system|filter|guideline|reason|violation)",
)
_BUSY = _pattern(
    r"\brate.?limit",
    r"\bqueued requests\b",
    r"\btoo many (?:requests|attempts|queued|concurrent|pending)\b",
    r"\btry again in \d",
    r"\bthrottl",
)
_VALIDATION = _pattern(
    r"\b(?:required|invalid|unsupported|divisible by|may not be)\b",
    r"\bmust (?:not )?be\b",
    r"\bnot (?:supported|valid)\b",
    r"\bunable to fetch image from provided url\b",
)

# The first that matches. An error about the key or a model may also say "invalid"; one about the
# queue may also name the plan.
_TEXTS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.UNKNOWN_MODEL,
        _pattern(
            r"\bmodel(?:_id)?\b.{0,80}\b(?:not found|not exist|doesn.t exist|is invalid)",
            r"\b(?:invalid|unknown|unsupported) model\b",
        ),
    ),
    (Reason.BUSY, _BUSY),
    (
        Reason.KEY,
        _pattern(
            r"\bapi.?key\b",
            r"\bunauthori[sz]ed\b",
            r"\bunauthenticated\b",
            r"\bthe key field is required\b",
            r"\binvalid key\b",
        ),
    ),
    (Reason.CREDITS, _pattern(r"\bcredits?\b", r"\bbalance\b", r"\btop.?up\b", r"\bwallet\b")),
    (Reason.PLAN, _pattern(r"\b(?:premium|subscribe|subscription|plan|enterprise)\b")),
    (Reason.INVALID, _VALIDATION),
)

_CODES = {
    400: Reason.INVALID,
    401: Reason.KEY,
    402: Reason.CREDITS,
    403: Reason.PLAN,
    422: Reason.INVALID,
    429: Reason.BUSY,
}

_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|`[^`]*`')
_TRY_AGAIN_IN = re.compile(
    r"try again in (\d{1,5})\s*(second|sec|s\b|minute|min|m\b|hour|h\b)?", re.I
)
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_OVERLOAD = _pattern(r"\bservice (?:is )?(?:temporarily )?unavailable\b", r"\bunder maintenance\b")
_INTERNAL = _pattern(r"\binternal (?:server )?error\b", r"\bserver error\b")
_LATER = _pattern(
    r"\btry again later\b",
    r"\b(?:request|id|record|result|image|job)\b.{0,40}\bnot found\b",
    r"\bstill processing\b",
)


def of_text(message: str) -> Reason | None:
    """What the words say. Quoted parts may be the asker's own prompt, and are not read."""
    text = _QUOTED.sub(" ", message)
    content = _CONTENT.search(text)
    for reason, pattern in _TEXTS:
        found = pattern.search(text)
        # "Blocked by moderation: …" may go on with the prompt, which may say anything.
        if found and not (content and content.start() < found.start()):
            return reason
    return Reason.CONTENT if content else None


def of_code(status: int) -> Reason | None:
    """What the HTTP code says where the words say nothing."""
    return _CODES.get(status)


def says_unavailable(message: str) -> bool:
    """The text that goes with the vendor's 503, whatever code it came with."""
    return _OVERLOAD.search(message) is not None


def says_internal_error(message: str) -> bool:
    """The text that goes with the vendor's 500, whatever code it came with."""
    return _INTERNAL.search(message) is not None


def says_later(message: str) -> bool:
    """On a fetch: words that sound like an end and are none."""
    return _LATER.search(message) is not None


def wait_of_text(message: str) -> float | None:
    """Seconds from "try again in 2 minutes"; without a unit they are seconds."""
    found = _TRY_AGAIN_IN.search(message)
    if found is None:
        return None
    return float(found[1]) * _UNIT_S[(found[2] or "s")[0].lower()]
