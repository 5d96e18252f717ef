"""The clock was set back: what is to come does not come later by that. Knows no clock."""

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, type_coerce, update

from storage.database import Transaction
from storage.jobs import LIVE
from storage.tables import UTC_UNIT, gates, jobs, removals, slots

_TO_COME = {
    jobs: (jobs.c.due_at, jobs.c.submitted_at, jobs.c.deadline_at),
    slots: (slots.c.frees_at,),
    gates: (gates.c.opens_at,),
    removals: (removals.c.due_at,),
}


async def set_back(tx: Transaction, *, by: timedelta) -> None:
    """Bring forward by so much whatever live jobs, slots, gates and messages wait for."""
    for table, columns in _TO_COME.items():
        earlier = update(table).values({column: _earlier(column, by) for column in columns})
        await tx.execute(earlier.where(LIVE) if table is jobs else earlier)


def _earlier(column: Column[Any], by: timedelta) -> ColumnElement[int]:
    return type_coerce(column, BigInteger) - by // UTC_UNIT
