"""Closes and opens the gates, and tells the owner what only the owner can mend."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain import gates as rules
from bot.domain.gates import EVERYTHING, Gate, GateReason
from bot.domain.request import ImageRequest
from bot.engine.courier import Courier
from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Balance, Reason, Refused, Unclear
from storage import gates
from storage.database import Database, Transaction

log = logging.getLogger(__name__)

_OWNER_WORDS = {
    GateReason.CREDITS: (
        "ModelsLab says that the account has no credits left. Jobs wait in line; "
        "top up, and they go on within a minute."
    ),
    GateReason.KEY: (
        "ModelsLab refuses the API key. Jobs wait in line; put the right MODELSLAB_API_KEY "
        "into the settings and restart."
    ),
}


class Gatekeeper:
    """One mechanism for busy, down, no credits, key refused and plan too small."""

    def __init__(
        self,
        database: Database,
        *,
        vendor: ModelsLab,
        courier: Courier,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._vendor = vendor
        self._courier = courier
        self._now = now
        self._failures = 0
        # What an earlier life has closed is to be opened, too.
        self._closings = 1
        self._closings_mended = 0

    async def close(self, reason: GateReason, *, detail: str = "") -> None:
        """Nothing more is submitted until this mends."""
        await self._close(rules.closed(reason, now=self._now(), detail=detail))

    async def refused(
        self,
        tx: Transaction,
        reason: GateReason,
        *,
        retry_after_s: float | None = None,
        detail: str = "",
    ) -> Gate | None:
        """The vendor has refused a submission: close what this closes, with the job's own move.

        So nobody sees the job back in line and the gate still open. To be `announced` after the
        commit; a gate is returned where it was open.
        """
        if reason is GateReason.DOWN:
            gate = await self._worsened(tx, detail)
        else:
            gate = rules.closed(reason, now=self._now(), retry_after_s=retry_after_s, detail=detail)
        return gate if gate is not None and await gates.put(tx, gate) else None

    async def announce(self, gate: Gate | None) -> None:
        """What `refused` closed is committed: tell whom it concerns."""
        self._noted(gate)
        if gate is not None:
            await self.tell(gate)

    async def close_work(self, request: ImageRequest, *, detail: str) -> Gate | None:
        """The owner's plan does not include the model for this: it rests, the rest goes on.

        The gate, where it was open and the owner is to be told once all is booked.
        """
        scope = rules.work_scope(request.work)
        gate = rules.closed(GateReason.PLAN, now=self._now(), scope=scope, detail=detail)
        return gate if await self._put(gate) else None

    async def tell(self, gate: Gate) -> None:
        """Tell the owner of a gate that only the owner can mend."""
        if gate.reason is GateReason.PLAN:
            await self._courier.tell_owner(
                f"ModelsLab says that the plan does not include {_spoken(gate.scope)}"
                f" ({gate.detail}). It rests for an hour; the rest goes on."
            )
        elif gate.reason in _OWNER_WORDS:
            await self._courier.tell_owner(_OWNER_WORDS[gate.reason])

    async def failed(self, detail: str) -> None:
        """A submission met a vendor that is not well. The gate closes when that repeats."""
        async with self._database.reading() as tx:
            gate = await self._worsened(tx, detail)
        if gate is not None:
            await self._close(gate)

    async def succeeded(self) -> None:
        """The vendor took a job: whatever was wrong is over."""
        self._failures = 0
        closings = self._closings
        if closings == self._closings_mended:
            return
        async with self._database.reading() as tx:
            closed = [gate for gate in await gates.all_closed(tx) if gate.scope == EVERYTHING]
        # A busy answer to another job may be younger than this acceptance; its time opens it.
        mended = [gate.reason for gate in closed if gate.reason is not GateReason.BUSY]
        if mended:
            async with self._database.transaction() as tx:
                await gates.open_gates(tx, scope=EVERYTHING, reasons=mended)
            log.info("gate.opened reasons=%s", ",".join(mended))
        self._closings_mended = closings

    async def look(self, gate: Gate) -> None:
        """The gate's time has come: open it, or ask the vendor whether it may be opened."""
        if not gate.reason.is_probed:
            async with self._database.transaction() as tx:
                if gate not in await gates.all_closed(tx):
                    return
                await gates.open_gates(tx, scope=gate.scope, reasons=[gate.reason])
            log.info("gate.opened reasons=%s scope=%s", gate.reason, gate.scope)
            return
        seen = self._seen(gate, await self._vendor.balance())
        async with self._database.transaction() as tx:
            # Opened or closed anew while we asked: that is younger than the answer.
            if gate in await gates.all_closed(tx):
                await gates.put(tx, seen)

    def _seen(self, gate: Gate, answer: Balance | Refused | Unclear) -> Gate:
        """The gate after a probe that was answered so."""
        if _mended(gate.reason, answer):
            # Not opened but ajar: the next job shows whether the vendor is really well.
            return replace(gate, ajar=True)
        later = rules.closed(
            gate.reason,
            now=self._now(),
            scope=gate.scope,
            tries=gate.tries + 1,
            detail=gate.detail,
        )
        return replace(later, closed_at=gate.closed_at)

    async def _worsened(self, tx: Transaction, detail: str) -> Gate | None:
        """The vendor has failed once more: the gate to close, if that was often enough."""
        self._failures += 1
        known = _find(await gates.all_closed(tx), GateReason.DOWN)
        if known is None and self._failures < rules.DOWN_AFTER_FAILURES:
            return None
        tries = 0 if known is None else known.tries + 1
        return rules.closed(GateReason.DOWN, now=self._now(), tries=tries, detail=detail)

    async def _put(self, gate: Gate) -> bool:
        """Close the gate; whether it was open."""
        async with self._database.transaction() as tx:
            was_open = await gates.put(tx, gate)
        self._noted(gate if was_open else None)
        return was_open

    def _noted(self, gate: Gate | None) -> None:
        """After the commit: who looked before it has not seen what is closed now."""
        self._closings += 1
        if gate is not None:
            log.warning("gate.closed reason=%s scope=%s", gate.reason, gate.scope)

    async def _close(self, gate: Gate) -> None:
        if await self._put(gate):
            await self.tell(gate)


def _spoken(scope: str) -> str:
    """A work's scope as the owner reads it: "sdxl for /remix"."""
    kind, _, model = scope.removeprefix(rules.work_scope("")).partition(":")
    return f"{model} for /{kind}"


def _find(closed: list[Gate], reason: GateReason) -> Gate | None:
    return next((g for g in closed if g.scope == EVERYTHING and g.reason is reason), None)


def _mended(reason: GateReason, answer: Balance | Refused | Unclear) -> bool:
    match answer:
        case Balance(amount=amount):
            return reason is not GateReason.CREDITS or amount is None or amount > 0
        case Refused(reason=Reason.DOWN) | Unclear():
            return False
        case Refused(reason=refused):
            # The vendor is there, whatever it thinks of the account.
            return reason is GateReason.DOWN and refused is not Reason.BUSY
