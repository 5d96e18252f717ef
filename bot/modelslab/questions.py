"""Asks ModelsLab what its documents leave open. Buys two pictures at most, and keeps neither.

An answer is told by its shape alone (see `shape`). A request that may have been accepted is never
repeated: where an answer is unclear, what hangs on it stays open.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import quote

from bot.domain.job import VendorTicket
from bot.modelslab.address import own_fetch_url
from bot.modelslab.body import read_body, read_json
from bot.modelslab.checkup import REQUEST_COUNT
from bot.modelslab.client import Answer, ModelsLab, NoAnswer
from bot.modelslab.shape import told
from bot.modelslab.wire import (
    Accepted,
    Balance,
    Finished,
    Refused,
    Unclear,
    read_count,
    read_fetch,
    read_submission,
)

FAMILY = "v7/images"
TEXT_TO_IMAGE = f"{FAMILY}/text-to-image"
PAINTED: dict[str, object] = {
    "model_id": "flux",
    "prompt": "a plain grey circle on a white ground",
    "width": 512,
    "height": 512,
    "samples": 1,
    "seed": 1,
}
PICTURES_MAX = 2
SWITCHES: dict[str, dict[str, object]] = {
    'as "yes" and "no"': {"safety_checker": "yes", "enhance_prompt": "no"},
    "as true and false": {"safety_checker": True, "enhance_prompt": False},
    "left out": {},
}
# Neither can be made into a picture: no such model, nothing to paint.
IMPOSSIBLE: dict[str, dict[str, object]] = {
    "unknown model": {**PAINTED, "model_id": "limner-doctor-knows-no-such-model"},
    "no prompt": {"model_id": "flux"},
}
# Empty requests: the answer tells whether the path exists, and perhaps whether the plan has it.
ROOMS = (
    "v6/images/controlnet",
    "v5/controlnet",
    "v6/faceswap/single_face_swap",
    "v6/deepfake/single_face_swap",
)
SEARCHES = {
    "v6/model-search": {"search": "flux"},
    "v7/models": {"search": "flux", "feature": "imagen"},
}
# The documented place is the address; a header would keep the key out of logs on the way.
KEY_PLACES: tuple[Literal["header", "address"], ...] = ("header", "address")
FETCH_EVERY_S = 2.0
FETCHES_MAX = 45

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Learned:
    """A question and what was said to it, a line each; no lines: it stays open, for `why`."""

    question: str
    said: tuple[str, ...] = ()
    why_open: str = ""


@dataclass(slots=True)
class _Trial:
    """One picture that was asked for, with what was heard on the way."""

    label: str
    first: Answer | NoAnswer
    meaning: Accepted | Finished | Refused | Unclear
    fetched: list[Answer | NoAnswer] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)
    fetch_path: str | None = None
    done: bool = False


class Questions:
    """One round of questions with one client. `key` is struck out of what is told."""

    def __init__(
        self, vendor: ModelsLab, *, key: str, base_url: str, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._vendor = vendor
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep

    async def ask(
        self, *, old: VendorTicket | None, old_age: timedelta | None
    ) -> AsyncIterator[Learned]:
        """Every question in turn, the free ones first; `old` is a job of the past, if any."""
        before = await self._wallet()
        yield await self._faults()
        yield Learned("The body of a 429", why_open="it takes a full queue to see one")
        yield await self._searches()
        yield await self._rooms()
        between = await self._wallet()
        count = await self._count()
        trials = await self._trials()
        best = next((trial for trial in trials if trial.done), trials[0])
        for learned in self._of_trials(trials, best, count):
            yield learned
        yield await self._keeping(best, old, old_age)
        yield self._billing(before, between, await self._wallet(), trials)
        for question in STILL_OPEN:
            yield question

    async def _faults(self) -> Learned:
        said = [
            f"{label}: {told(await self._vendor.ask(TEXT_TO_IMAGE, body), key=self._key)}"
            for label, body in IMPOSSIBLE.items()
        ]
        return Learned("HTTP code of an error on v7", tuple(said))

    async def _searches(self) -> Learned:
        said = []
        for path, query in SEARCHES.items():
            for way in KEY_PLACES:
                answer = await self._vendor.look_up(path, query, key_in=way)
                said.append(f"{path}, key in the {way}: {told(answer, key=self._key)}")
        return Learned("Answers of the model searches", tuple(said))

    async def _rooms(self) -> Learned:
        said = [
            f"{path}: {told(await self._vendor.ask(path, {}), key=self._key)}" for path in ROOMS
        ]
        return Learned("Whether ControlNet and face swap answer for this plan", tuple(said))

    async def _trials(self) -> list[_Trial]:
        """The same picture with the switches written in each way; at most two are painted."""
        trials: list[_Trial] = []
        for label, switches in SWITCHES.items():
            if sum(not isinstance(trial.meaning, Refused) for trial in trials) == PICTURES_MAX:
                break
            trials.append(await self._paint(label, switches))
            if isinstance(trials[-1].meaning, Unclear):
                break
        return trials

    async def _paint(self, label: str, switches: dict[str, object]) -> _Trial:
        """One picture, asked for once and followed to its end."""
        first = await self._vendor.ask(TEXT_TO_IMAGE, {**PAINTED, **switches})
        trial = _Trial(label, first, self._meaning(first))
        match trial.meaning:
            case Finished(ticket=ticket):
                trial.fetch_path = self._fetch_path(first, ticket)
                trial.done = True
            case Accepted(ticket=ticket):
                trial.fetch_path = self._fetch_path(first, ticket)
                trial.counts.append(await self._count())
                await self._follow(trial)
                trial.counts.append(await self._count())
        return trial

    async def _follow(self, trial: _Trial) -> None:
        """Fetch until the picture is made, or surely never will be, or it has taken too long."""
        if trial.fetch_path is None:
            return
        for _ in range(FETCHES_MAX):
            answer = await self._vendor.ask(trial.fetch_path, {})
            trial.fetched.append(answer)
            if isinstance(answer, Answer):
                meaning = read_fetch(answer.status, answer.body)
                if isinstance(meaning, Finished | Refused):
                    trial.done = isinstance(meaning, Finished)
                    return
            if len(trial.fetched) == 1:
                trial.counts.append(await self._count())
            await self._sleep(FETCH_EVERY_S)

    def _meaning(self, answer: Answer | NoAnswer) -> Accepted | Finished | Refused | Unclear:
        if isinstance(answer, NoAnswer):
            return Unclear(answer.message)
        return read_submission(answer.status, answer.body, family=FAMILY, base_url=self._base_url)

    def _fetch_path(self, answer: Answer | NoAnswer, ticket: VendorTicket) -> str | None:
        """Where the answer says its picture is fetched, else where its id says so."""
        body = read_body(answer.body) if isinstance(answer, Answer) else None
        own = own_fetch_url(body.fetch_result if body else None, self._base_url)
        if own is not None:
            return own.removeprefix(f"{self._base_url}/")
        return _fetch_by_id(ticket)

    def _of_trials(
        self, trials: list[_Trial], best: _Trial, idle_count: int | None
    ) -> list[Learned]:
        shapes = [f"first answer: {told(best.first, key=self._key)}"]
        for name, found in (("first", best.fetched[:1]), ("last", best.fetched[-1:])):
            shapes += [f"{name} fetch: {told(answer, key=self._key)}" for answer in found]
        switches = [f"{trial.label}: {self._taken(trial)}" for trial in trials]
        counts = [
            f"{trial.label}: {', '.join(map(_number, [idle_count, *trial.counts]))}"
            for trial in trials
            if trial.fetched
        ]
        return [
            Learned("Type of an id on v7, and the answers around it", tuple(shapes)),
            Learned("Whether v7 takes safety_checker and enhance_prompt", tuple(switches)),
            Learned(
                "Queue count before a job, when accepted, at its first fetch, and after it",
                tuple(counts),
                "" if counts else "no job was under way for long enough",
            ),
        ]

    def _taken(self, trial: _Trial) -> str:
        match trial.meaning:
            case Refused(reason=reason):
                return f"refused as {reason}: {told(trial.first, key=self._key)}"
            case Unclear():
                return f"unclear: {told(trial.first, key=self._key)}"
            case _:
                end = "painted" if trial.done else "accepted, not painted"
                return f"{end}; echoed in meta: {_echo(trial.first)}"

    async def _keeping(
        self, trial: _Trial, old: VendorTicket | None, age: timedelta | None
    ) -> Learned:
        """Whether a job can be fetched again after its end, at once and after long."""
        said = []
        if trial.done and trial.fetch_path is not None:
            again = await self._vendor.ask(trial.fetch_path, {})
            said.append(f"a job just done: {told(again, key=self._key)}")
        path = _fetch_by_id(old) if old is not None else None
        if path is not None and age is not None:
            answer = await self._vendor.ask(path, {})
            said.append(f"a job of {_age(age)} ago: {told(answer, key=self._key)}")
        else:
            said.append("an old job: none is known here; ask again when there is one")
        return Learned("How long a job can be fetched", tuple(said))

    def _billing(
        self,
        before: float | None,
        between: float | None,
        after: float | None,
        trials: list[_Trial],
    ) -> Learned:
        painted = sum(trial.done for trial in trials)
        said = (
            f"requests that are refused: {_cost(before, between)}",
            f"{painted} painted of {len(trials)} asked for: {_cost(between, after)}",
        )
        return Learned("What is charged (pictures that fail or are flagged stay open)", said)

    async def _wallet(self) -> float | None:
        balance = await self._vendor.balance()
        return balance.amount if isinstance(balance, Balance) else None

    async def _count(self) -> int | None:
        answer = await self._vendor.ask(REQUEST_COUNT, {})
        return read_count(answer.status, answer.body) if isinstance(answer, Answer) else None


STILL_OPEN = (
    Learned(
        "Whether image-to-image on v7 takes a picture as data",
        why_open="it would cost more pictures",
    ),
    Learned("Where a caption stands in its answer", why_open="it would cost more pictures"),
)


def _fetch_by_id(ticket: VendorTicket) -> str | None:
    if ticket.remote_id is None:
        return None
    return f"{ticket.family}/fetch/{quote(ticket.remote_id, safe='')}"


def _echo(answer: Answer | NoAnswer) -> str:
    """The two switches as the answer's own record of the request has them."""
    value = read_json(answer.body) if isinstance(answer, Answer) else None
    meta = value.get("meta") if isinstance(value, dict) else None
    if not isinstance(meta, dict):
        return "nothing"
    names = ("safety_checker", "enhance_prompt")
    found = [f"{name} {_plain(meta[name])}" for name in names if name in meta]
    return ", ".join(found) or "neither"


def _plain(value: object) -> str:
    return repr(value) if value in ("yes", "no", True, False, None) else type(value).__name__


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)


def _cost(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "the wallet did not say"
    return f"{before - after:.4f} from the wallet"


def _age(age: timedelta) -> str:
    if age < timedelta(hours=2):
        return f"{age.total_seconds() / 60:.0f} minutes"
    if age < timedelta(days=2):
        return f"{age.total_seconds() / 3600:.0f} hours"
    return f"{age.days} days"
