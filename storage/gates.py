"""Gates: why nothing is submitted just now. A row is a closed gate, or one ajar."""

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.gates import Gate, GateReason
from storage.database import Transaction
from storage.tables import gates


async def all_closed(tx: Transaction) -> list[Gate]:
    """Every gate that is closed or ajar."""
    return [
        Gate(
            scope=row.scope,
            reason=GateReason(row.reason),
            closed_at=row.closed_at,
            opens_at=row.opens_at,
            tries=row.tries,
            ajar=row.ajar,
            detail=row.detail,
        )
        for row in await tx.execute(select(gates))
    ]


async def put(tx: Transaction, gate: Gate) -> bool:
    """Close the gate, or change what is known of it; whether it was open before."""
    known = await tx.execute(
        select(func.count()).where(gates.c.scope == gate.scope, gates.c.reason == gate.reason.value)
    )
    values = {
        "closed_at": gate.closed_at,
        "opens_at": gate.opens_at,
        "tries": gate.tries,
        "ajar": gate.ajar,
        "detail": gate.detail,
    }
    await tx.execute(
        insert(gates)
        .values(scope=gate.scope, reason=gate.reason.value, **values)
        .on_conflict_do_update(index_elements=["scope", "reason"], set_=values)
    )
    return not known.scalar_one()


async def open_gates(tx: Transaction, *, scope: str, reasons: Collection[GateReason]) -> None:
    """Open the gates of this scope that were closed for one of these reasons."""
    await tx.execute(
        delete(gates).where(
            gates.c.scope == scope, gates.c.reason.in_([reason.value for reason in reasons])
        )
    )
