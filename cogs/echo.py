"""Makes words from outside safe to show: they ping nobody, format nothing, preview nothing."""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # emoji and several scripts are spelled with them
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_NO_MENTION = "\u200b"
_MARKS_IN_A_ROW = 4
# Controls, turned or zero-width signs, halves of a pair. Unassigned ones stay: newer emoji.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_RTL_CLASSES = frozenset({"R", "AL", "AN"})

_FORMATTING = re.compile(r"[\\*_~|`<>\[\]]")
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
# Without its slashes neither an address nor an invitation is a link any more.
_LINK = re.compile(r"(:|\.\w{2,24})/")
# These mean something at the beginning of a line only.
_LINE_START = re.compile(r"^(\d*)([#+\-.])")


def echo(text: str, *, limit: int) -> str:
    """`text` on one line, at most `limit` signs of it, for the middle of a Discord message.

    What people see is what was written; the signs that Discord would act on are escaped.
    """
    plain = shorten(_plain(text), limit)
    safe = _FORMATTING.sub(r"\\\g<0>", plain)
    safe = _LINK.sub(r"\1\\/", safe)
    safe = _LINE_START.sub(r"\1\\\2", safe)
    safe = _MENTION.sub(f"@{_NO_MENTION}", safe)
    if any(unicodedata.bidirectional(sign) in _RTL_CLASSES for sign in safe):
        # Right-to-left words must not turn the rest of the line around.
        return f"{_ISOLATE}{safe}{_END_ISOLATE}"
    return safe


def code(text: str, *, limit: int) -> str:
    """`text` in a code block of at most `limit` units (see `units`), line breaks kept."""
    lines = "\n".join(_seen(line) for line in text.splitlines())
    lines = lines.replace("```", "ˋˋˋ")
    return f"```\n{clip(lines, limit - 8) or ' '}\n```"


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis, in at most `limit` signs."""
    return text if len(text) <= limit else text[: limit - 1].rstrip(_JOINERS + " ") + "…"


def clip(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis, in at most `limit` units."""
    if units(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    return kept.decode("utf-16-le", "ignore") + "…"


def units(text: str) -> int:
    """The length of `text` as Discord's clients count it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _plain(text: str) -> str:
    return " ".join(_seen(" ".join(text.split())).split()).strip(_JOINERS + " ")


def _seen(text: str) -> str:
    """Only the signs that can be seen: no controls, no turned text, no towers of marks."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        if sign == "\t":
            kept.append(" ")
        elif category not in _UNSEEN or sign in _JOINERS:
            kept.append(sign)
    return "".join(kept)
