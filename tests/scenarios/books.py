"""What holds at the end of every scenario, whatever happened in it. Changes nothing."""

import json
from collections import Counter
from typing import TYPE_CHECKING

from tests.scenarios import leaks
from tests.storage.sums import DRIFT

if TYPE_CHECKING:
    from tests.scenarios.town import Row, Town

IN_LINE_OR_UNDER_WAY = ("queued", "submitting", "waiting")


def check(town: "Town") -> None:
    """No rule of Discord broken, no trace, no secret; nothing bought, charged or posted twice."""
    assert town.discord.violations == []
    assert ("Traceback" in town.log) == town.traces_expected, town.log
    assert leaks.found(town) == [], leaks.found(town)
    tracked = Counter(job.body["track_id"] for job in town.vendor.book)
    assert [number for number, times in tracked.items() if times > 1] == [], "bought twice"
    if town.database.exists():
        assert mistakes(town) == []


def mistakes(town: "Town") -> list[str]:
    """What is wrong in the books of a bot that may go on meanwhile."""
    entries: dict[int, list[Row]] = {}
    for entry in town.rows("SELECT * FROM ledger ORDER BY id"):
        entries.setdefault(entry["job_id"], []).append(entry)
    slots = {slot["job_id"]: slot for slot in town.rows("SELECT * FROM slots")}
    jobs = town.jobs()
    told = [_mistake(job, entries.pop(job["id"], []), slots.get(job["id"])) for job in jobs]
    # What was deleted or erased is paid for, and never half-way.
    told += [f"open entries of no job: {own}" for own in entries.values() if not _closed(own)]
    carriers = town.all_carriers()
    told += [
        f"job {job['id']} stands in several messages"
        for job in jobs
        if len(carriers[job["id"]]) > 1
    ]
    told += [f"a sum beside the ledger has drifted: {row}" for row in town.rows(DRIFT)]
    return [mistake for mistake in told if mistake]


def _closed(entries: "list[Row]") -> bool:
    match [entry["entry"] for entry in entries]:
        case ["reserve", "settle" | "refund"]:
            return True
        case _:
            return False


def _mistake(job: "Row", entries: "list[Row]", slot: "Row | None") -> str:
    """What is wrong with the books of one job; empty where all is well."""
    kinds = [entry["entry"] for entry in entries]
    used = sum(entry["pictures"] for entry in entries)
    # Words are no pictures.
    asked = 0 if job["kind"] == "describe" else json.loads(job["request"])["count"]
    if job["status"] in IN_LINE_OR_UNDER_WAY:
        return "" if kinds == ["reserve"] and used == asked else f"{job} has {entries}"
    outcome = json.loads(job["outcome"])
    charged = outcome.get("received", 0) - outcome.get("flagged", 0)
    if kinds != ["reserve", "settle" if charged else "refund"] or used != charged:
        return f"{job} has {entries}"
    if slot is not None and slot["frees_at"] is None:
        return f"job {job['id']} is over and keeps its slot for ever"
    return ""
