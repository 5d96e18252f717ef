"""What a look at one part of the set-up found, and what would mend it. Pure: looks at nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

# Signed links and Discord's own timing bear a few seconds; more is a clock that is not kept.
CLOCK_MAX_OFF_S = 5.0


class Mark(StrEnum):
    """How a part is."""

    OK = "ok"
    NOTE = "note"  # it works, and there is something to know
    OPEN = "open"  # it could not be looked at
    SICK = "sick"  # it does not work before somebody mends it


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: its name, how it is, and the sentence that says what to do about it."""

    mark: Mark
    topic: str
    what: str
    fix: str = ""


def ok(topic: str, what: str) -> Finding:
    return Finding(Mark.OK, topic, what)


def note(topic: str, what: str, fix: str = "") -> Finding:
    return Finding(Mark.NOTE, topic, what, fix)


def unseen(topic: str, what: str) -> Finding:
    return Finding(Mark.OPEN, topic, what)


def sick(topic: str, what: str, fix: str) -> Finding:
    return Finding(Mark.SICK, topic, what, fix)


def clock_ahead_s(date_header: str | None, now: datetime) -> float | None:
    """How far `now` is ahead of an HTTP Date; None where there is none that can be read."""
    try:
        said = parsedate_to_datetime(date_header or "")
    except ValueError:
        return None
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    return (now - said).total_seconds()


def clock(ahead_s: float | None, *, compared_with: str) -> Finding:
    """Whether this machine's clock is right, as the answers of others tell."""
    if ahead_s is None:
        return unseen("clock", "nobody answered to compare it with")
    if abs(ahead_s) <= CLOCK_MAX_OFF_S:
        return ok("clock", f"within {CLOCK_MAX_OFF_S:g} s of {compared_with}'s")
    way = "ahead of" if ahead_s > 0 else "behind"
    return sick(
        "clock",
        f"{_span(abs(ahead_s))} {way} {compared_with}'s",
        "Let this machine set its clock from the network, on most Linux systems with: "
        "sudo timedatectl set-ntp true",
    )


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
