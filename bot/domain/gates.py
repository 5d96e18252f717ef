"""Gates: why nothing (or less) is submitted just now, and when to look again. Pure.

A gate stands over everything, over one model at one kind of work, or over one server. A busy vendor
is waited for; one that is down, out of credits or refuses the key is probed with a cheap question.
After a probe found the vendor up again the gate stands ajar: one job at a time, until one is
accepted. A paused server waits until its moderators resume.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

EVERYTHING = "all"

BUSY_S = 30.0
BUSY_LEAST_S = 1.0
PROBE_S = 60.0
PLAN_S = 3600.0
# Until somebody opens it.
FOR_EVER_S = 100 * 365 * 86400.0
DOWN_FIRST_S = 5.0
DOWN_DOUBLINGS = 10
DOWN_AFTER_FAILURES = 3


class GateReason(StrEnum):
    """Why a gate is closed."""

    BUSY = "busy"
    DOWN = "down"
    CREDITS = "credits"
    KEY = "key"
    PLAN = "plan"
    PAUSED = "paused"

    @property
    def is_probed(self) -> bool:
        """Whether a look at the vendor, and not time alone, opens it."""
        return self in (GateReason.DOWN, GateReason.CREDITS, GateReason.KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A closed gate. At `opens_at` it opens by itself, or is probed; `tries` counts the probes.

    `ajar` lets one job at a time through.
    """

    scope: str
    reason: GateReason
    closed_at: datetime
    opens_at: datetime
    tries: int = 0
    ajar: bool = False
    detail: str = ""


def work_scope(work: str) -> str:
    """The scope of a gate that stands over one model at one kind of work."""
    return f"work:{work}"


def server_scope(guild_id: int) -> str:
    """The scope of a gate that stands over one server."""
    return f"server:{guild_id}"


def closing_s(reason: GateReason, *, tries: int, retry_after_s: float | None) -> float:
    """How long a gate stays closed before it opens or is probed, after `tries` earlier probes."""
    match reason:
        case GateReason.BUSY:
            return BUSY_S if retry_after_s is None else max(retry_after_s, BUSY_LEAST_S)
        case GateReason.DOWN:
            # A vendor that is away for a day is more doublings than a float can hold.
            return float(min(DOWN_FIRST_S * 2.0 ** min(tries, DOWN_DOUBLINGS), PROBE_S))
        case GateReason.PLAN:
            return PLAN_S
        case GateReason.CREDITS | GateReason.KEY:
            return PROBE_S
        case GateReason.PAUSED:
            return FOR_EVER_S


def closed(
    reason: GateReason,
    *,
    now: datetime,
    scope: str = EVERYTHING,
    tries: int = 0,
    retry_after_s: float | None = None,
    detail: str = "",
) -> Gate:
    """A gate closed now, with the time of its next look."""
    wait = timedelta(seconds=closing_s(reason, tries=tries, retry_after_s=retry_after_s))
    return Gate(
        scope=scope, reason=reason, closed_at=now, opens_at=now + wait, tries=tries, detail=detail
    )


def allowance(gates: Iterable[Gate], *, free_slots: int, submitting: int) -> int:
    """How many jobs may be submitted now, given the gates that stand over everything."""
    general = [gate for gate in gates if gate.scope == EVERYTHING]
    if any(not gate.ajar for gate in general):
        return 0
    if general:
        return max(0, min(free_slots, 1 - submitting))
    return free_slots


def standing(gates: Iterable[Gate], *, guild_id: int | None = None) -> GateReason | None:
    """Why nothing at all is submitted just now, or nothing of this server.

    A gate that is ajar keeps nobody waiting long.
    """
    scopes = {EVERYTHING} if guild_id is None else {EVERYTHING, server_scope(guild_id)}
    return next((gate.reason for gate in gates if gate.scope in scopes and not gate.ajar), None)


def shut_works(gates: Iterable[Gate]) -> frozenset[str]:
    """The works (`ImageRequest.work`) whose own gate is closed."""
    return _shut(gates, work_scope(""))


def pause_of(gates: Iterable[Gate], guild_id: int) -> Gate | None:
    """The gate that a server's moderators have closed; its `detail` is what they say."""
    scope = server_scope(guild_id)
    return next((gate for gate in gates if gate.scope == scope), None)


def paused(gates: Iterable[Gate]) -> frozenset[int]:
    """The servers whose own gate is closed."""
    return frozenset(int(guild_id) for guild_id in _shut(gates, "server:"))


def _shut(gates: Iterable[Gate], prefix: str) -> frozenset[str]:
    return frozenset(
        gate.scope.removeprefix(prefix) for gate in gates if gate.scope.startswith(prefix)
    )
