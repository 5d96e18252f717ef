"""Gates on paper: how long they stay closed, and how many jobs they let through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.gates import (
    BUSY_LEAST_S,
    BUSY_S,
    EVERYTHING,
    FOR_EVER_S,
    PLAN_S,
    PROBE_S,
    Gate,
    GateReason,
    allowance,
    closed,
    closing_s,
    paused,
    server_scope,
    shut_works,
    standing,
    work_scope,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_gate(reason: GateReason = GateReason.DOWN, *, ajar: bool = False) -> Gate:
    return replace(closed(reason, now=NOW), ajar=ajar)


PLAN_GATE = closed(GateReason.PLAN, now=NOW, scope=work_scope("sdxl"))


@pytest.mark.parametrize(
    ("reason", "tries", "retry_after_s", "wait_s"),
    [
        (GateReason.BUSY, 0, None, BUSY_S),
        (GateReason.BUSY, 0, 7.0, 7.0),
        (GateReason.BUSY, 9, 7.0, 7.0),
        # "Try again in 0 seconds" must not become a loop without a pause.
        (GateReason.BUSY, 0, 0.0, BUSY_LEAST_S),
        (GateReason.DOWN, 0, None, 5.0),
        (GateReason.DOWN, 1, None, 10.0),
        (GateReason.DOWN, 3, None, 40.0),
        (GateReason.DOWN, 4, None, PROBE_S),
        # Only a busy vendor's own wish counts.
        (GateReason.DOWN, 0, 900.0, 5.0),
        (GateReason.CREDITS, 0, None, PROBE_S),
        (GateReason.CREDITS, 5, None, PROBE_S),
        (GateReason.KEY, 0, None, PROBE_S),
        (GateReason.PLAN, 0, None, PLAN_S),
        # Nothing but somebody's word opens it: neither time nor a vendor's wish.
        (GateReason.PAUSED, 0, None, FOR_EVER_S),
        (GateReason.PAUSED, 5, 1.0, FOR_EVER_S),
    ],
)
def test_how_long_a_gate_stays_closed(
    reason: GateReason, tries: int, retry_after_s: float | None, wait_s: float
) -> None:
    assert closing_s(reason, tries=tries, retry_after_s=retry_after_s) == wait_s
    gate = closed(reason, now=NOW, tries=tries, retry_after_s=retry_after_s)
    assert gate.opens_at - NOW == timedelta(seconds=wait_s)


@pytest.mark.parametrize("reason", [reason for reason in GateReason if reason.is_probed])
@pytest.mark.parametrize("tries", [1023, 1024, 1440, 10_000])
def test_a_vendor_that_is_away_for_a_day_is_still_probed_each_minute(
    reason: GateReason, tries: int
) -> None:
    """2.0 ** 1024 is more than a float holds: the gate would never have opened again."""
    assert closing_s(reason, tries=tries, retry_after_s=None) <= PROBE_S


def test_a_paused_server_waits_for_its_moderators_and_for_nothing_else() -> None:
    assert not GateReason.PAUSED.is_probed
    gate = closed(GateReason.PAUSED, now=NOW, scope=server_scope(7), detail="moving house")
    # Longer than anybody will run this.
    assert gate.opens_at.year - NOW.year >= 99
    assert paused([gate, a_gate(), PLAN_GATE]) == {7}
    # It stands over one server, and over no model.
    assert standing([gate]) is None
    assert standing([gate], guild_id=8) is None
    assert standing([gate], guild_id=7) is GateReason.PAUSED
    assert shut_works([gate]) == frozenset()
    assert allowance([gate], free_slots=5, submitting=0) == 5


@pytest.mark.parametrize(
    ("gates", "free_slots", "submitting", "allowed"),
    [
        ([], 5, 0, 5),
        ([], 5, 3, 5),
        ([], 0, 0, 0),
        ([a_gate()], 5, 0, 0),
        # Ajar: one at a time.
        ([a_gate(ajar=True)], 5, 0, 1),
        ([a_gate(ajar=True)], 5, 1, 0),
        ([a_gate(ajar=True)], 5, 3, 0),
        ([a_gate(ajar=True)], 0, 0, 0),
        # One that is closed beats one that is ajar.
        ([a_gate(ajar=True), a_gate(GateReason.BUSY)], 5, 0, 0),
        # A model's own gate stops no other model.
        ([PLAN_GATE], 5, 0, 5),
        ([PLAN_GATE, a_gate(ajar=True)], 5, 0, 1),
    ],
)
def test_how_many_jobs_the_gates_let_through(
    gates: list[Gate], free_slots: int, submitting: int, allowed: int
) -> None:
    assert allowance(gates, free_slots=free_slots, submitting=submitting) == allowed


def test_only_a_gate_over_everything_and_not_ajar_is_named_as_the_reason_to_wait() -> None:
    assert standing([]) is None
    assert standing([PLAN_GATE]) is None
    assert standing([a_gate(ajar=True)]) is None
    assert standing([PLAN_GATE, a_gate(ajar=True), a_gate(GateReason.KEY)]) is GateReason.KEY


def test_a_model_is_shut_by_its_own_gate_alone() -> None:
    odd = closed(GateReason.PLAN, now=NOW, scope=work_scope("work:odd"))
    assert shut_works([PLAN_GATE, a_gate(), odd]) == {"sdxl", "work:odd"}
    assert shut_works([a_gate()]) == frozenset()


def test_who_opens_a_gate() -> None:
    assert {reason for reason in GateReason if reason.is_probed} == {
        GateReason.DOWN,
        GateReason.CREDITS,
        GateReason.KEY,
    }
    assert a_gate().scope == EVERYTHING
