"""The words and buttons of /queue. Pure; sends nothing."""

from collections.abc import Iterable, Iterator
from typing import Final

import discord

from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus, Verdict
from bot.domain.line import Place
from bot.domain.request import PERSONAL
from bot.engine.queue import LiveJob, Queue, ServerLine
from cogs.cards import gate_words, live_state, moment, title
from cogs.faces import Button
from cogs.refusals import because
from cogs.rows import ROW_MAX, live_buttons

JOBS_MAX: Final = 10
PROMPT_SIGNS: Final = 60

MINE: Final = "Your jobs"
SERVERS: Final = "This server's line"
NOTHING: Final = "Nothing in line."
NOTHING_OF_YOURS: Final = "Nothing of yours in line."
KEPT: Final = "All keep their place in line."
A_PRIVATE_JOB: Final = "a private job"
DONE: Final = "Done, on its way to Discord"
OVER: Final = "Over, without a picture; the answer is on its way to Discord"
NOT_POSTED: Final = "Done; will not be posted"


def lineup(queue: Queue, *, user_id: int) -> list[discord.Embed]:
    """My jobs, then the server's line where there is one; why nothing moves is said once."""
    why = _why_nothing_moves(queue)
    if not queue.mine and (queue.server is None or _is_empty(queue.server)):
        return [discord.Embed(title=MINE, description="\n".join(filter(None, (why, NOTHING))))]
    mine = [f"{why} {KEPT}" if why else "", *(_mine(queue) or [NOTHING_OF_YOURS])]
    shown = [discord.Embed(title=MINE, description="\n".join(filter(None, mine)))]
    if queue.server is not None:
        lines = "\n".join(_servers(queue.server, user_id))
        shown.append(discord.Embed(title=SERVERS, description=lines))
    return shown


def ways_back(queue: Queue) -> list[Button]:
    """A button for each of my jobs that can still be taken back, in rows; the first ones only."""
    found = [button for live in queue.mine[:JOBS_MAX] for button in live_buttons(live.job)]
    return [
        Button(
            action=button.action,
            job_id=button.job_id,
            label=f"{button.label} {button.job_id}",
            row=number // ROW_MAX,
        )
        for number, button in enumerate(found)
    ]


def _mine(queue: Queue) -> list[str]:
    lines = [_live(live, still=queue.gate is not None) for live in queue.mine[:JOBS_MAX]]
    more = len(queue.mine) - JOBS_MAX
    return [*lines, f"… and {more} more"] if more > 0 else lines


def _live(live: LiveJob, *, still: bool) -> str:
    job = live.job
    if job.status is JobStatus.QUEUED:
        due = "" if still or live.ready_at is None else f", about {moment(live.ready_at)}"
        state = f"{_position(job, live.place)}{due}"
    elif job.status is JobStatus.SETTLED:
        state = _done(job)
    else:
        state = live_state(job, place=None, ready_at=live.ready_at, gate=None)
    return f"{title(job, signs=PROMPT_SIGNS)} · {state} · job {job.id}"


def _done(job: Job) -> str:
    """How it ended, for as long as Discord has not taken the answer."""
    brought = job.outcome is not None and job.outcome.verdict in (
        Verdict.PICTURES,
        Verdict.DESCRIBED,
    )
    if not brought:
        return OVER
    return NOT_POSTED if job.withheld else DONE


def _position(job: Job, place: Place | None) -> str:
    if place is None:
        return "In line"
    if place.ahead == 0:
        return "Next in line"
    position = f"{ordinal(place.ahead + 1)} in line"
    if job.requester.guild_id == PERSONAL:
        return position
    here = f"{place.ahead_here} ahead of you here" if place.ahead_here else "first of this server"
    return f"{position}, {here}"


def _servers(server: ServerLine, user_id: int) -> Iterator[str]:
    if _is_empty(server):
        yield NOTHING
        return
    yield f"{server.in_line} in line, {server.at_service} at the image service."
    yield from _coming(server.coming, user_id)
    more = server.in_line - len(server.coming)
    if more > 0:
        yield f"… and {more} more"


def _coming(jobs: Iterable[Job | None], user_id: int) -> Iterator[str]:
    for number, job in enumerate(jobs, 1):
        if job is None:
            yield f"{number}. {A_PRIVATE_JOB}"
        else:
            who = job.requester.user_id
            asker = "you" if who == user_id else f"<@{who}>"
            yield f"{number}. {title(job, signs=PROMPT_SIGNS)} — {asker}"


def _why_nothing_moves(queue: Queue) -> str:
    """In one sentence or two, if so."""
    if queue.gate is None:
        return ""
    if queue.gate is GateReason.PAUSED:
        return f"**{gate_words(queue.gate)}.**{because(queue.pause)}"
    return f"**{gate_words(queue.gate)}.**"


def _is_empty(server: ServerLine) -> bool:
    return not server.in_line and not server.at_service


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st, ..."""
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
