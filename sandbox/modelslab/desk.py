"""Takes one generation request or fetch and answers it as the mood has it. Opens no socket."""

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from sandbox.modelslab import replies
from sandbox.modelslab.bells import Bells
from sandbox.modelslab.endpoints import Endpoint
from sandbox.modelslab.fields import Refused
from sandbox.modelslab.inputs import Inputs
from sandbox.modelslab.jobs import Book, Job
from sandbox.modelslab.models import Model
from sandbox.modelslab.moods import NEEDS_FETCH, Bell, Mood, Turn, as_turn
from sandbox.modelslab.replies import Links, WordsIn
from sandbox.modelslab.reply import Json, Reply, bent, hang_up, send
from sandbox.modelslab.requests import Order
from sandbox.modelslab.studio import Studio

PRICE_PER_PICTURE = 0.0047

Answer: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Desk:
    """Everything a request is judged by, and what becomes of the accepted ones."""

    key: str
    book: Book
    studio: Studio
    bells: Bells
    models: dict[str, Model]
    max_queued: int
    eta_s: float | None
    answers_at_once: bool | Callable[[Order], bool]
    balance: float
    inputs: Inputs
    #: Where a caption lies in its answer.
    words_in: WordsIn = "output"
    moods: deque[Mood | Turn] = field(default_factory=deque)
    #: Moods of the next request with just these words, which come before all others.
    moods_by_prompt: dict[str, Mood | Turn] = field(default_factory=dict)
    default_mood: Mood | Turn = Mood.PROCESSING
    #: Of uploads, which have a script of their own.
    upload_moods: deque[Mood | Turn] = field(default_factory=deque)
    #: Set while the server goes down, so that hanging answers let go.
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    #: Where FOREIGN_FETCH_RESULT and FORGED_LINKS point to.
    stranger_url: str = ""

    async def body(self, request: web.Request) -> dict[str, object]:
        """The JSON object of a request, without the key, which was checked."""
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise Refused(400, "Invalid JSON body") from None
        if not isinstance(body, dict):
            raise Refused(400, "Invalid JSON body")
        key = body.pop("key", None)
        if not isinstance(key, str) or not hmac.compare_digest(key.encode(), self.key.encode()):
            raise Refused(401, replies.BAD_KEY)
        return body

    async def generate(self, request: web.Request, endpoint: Endpoint) -> web.StreamResponse:
        """A generation POST. A request that is wrong in itself does not use up a mood."""
        body = await self.body(request)
        order = endpoint.check(body, self.models)
        origin = links_for(request).origin
        order, inputs = await self.inputs.bring(order, origin)
        # From here to the book nothing is waited for: two requests must not see one free place.
        turn, scripted = self._turn(order)
        no = replies.refusal(turn, max_queued=self.max_queued)
        if no is None:
            self._admit(order)
        self._met(order)
        if no is not None:
            return send(request, bent(no, turn.first))

        at_once = self._is_at_once(turn, order, scripted=scripted)
        job = self.book.accept(
            endpoint=endpoint.path,
            family=endpoint.family,
            origin=origin,
            body=body,
            order=order,
            turn=turn,
            at_once=at_once,
            inputs=inputs,
        )
        self.balance -= PRICE_PER_PICTURE * order.samples
        self.studio.start(job)
        return await self._answer_and_ring(request, job, at_once=at_once)

    async def fetch(self, request: web.Request, family: str) -> web.Response:
        """How far a job is: by the id in the path, or by `request_id` in the body."""
        body = await self.body(request)
        fetch_id = request.match_info.get("id") or body.get("request_id")
        if fetch_id is None:
            raise Refused(400, "The request id field is required.")
        job = self.book.find(family, str(fetch_id))
        if job is None:
            raise Refused(404, "Request not found")
        job.fetches += 1
        reply = self._fetched(job, links_for(request))
        return send(request, bent(reply, job.turn.fetched, job.fetches))

    def _turn(self, order: Order) -> tuple[Turn, bool]:
        """What becomes of a request, and whether somebody has scripted that."""
        if (own := self.moods_by_prompt.get(order.prompt)) is not None:
            return as_turn(own), True
        return as_turn(self.moods[0] if self.moods else self.default_mood), bool(self.moods)

    def _met(self, order: Order) -> None:
        if self.moods_by_prompt.pop(order.prompt, None) is None and self.moods:
            self.moods.popleft()

    def _admit(self, order: Order) -> None:
        if self.balance < PRICE_PER_PICTURE * order.samples:
            raise Refused(402, replies.NO_CREDITS)
        if self.book.queued() >= self.max_queued:
            text = replies.QUEUE_FULL.format(limit=self.max_queued)
            raise Refused(429, text, retry_after_s=30)

    def _is_at_once(self, turn: Turn, order: Order, *, scripted: bool) -> bool:
        if self.book.holding or turn.mood in NEEDS_FETCH or turn.bell is Bell.NOT_READY:
            return False
        if turn.mood is Mood.AT_ONCE:
            return True
        if order.ticket_only or (turn.mood is Mood.PROCESSING and scripted):
            return False
        if callable(self.answers_at_once):
            return self.answers_at_once(order)
        return self.answers_at_once

    async def _answer_and_ring(
        self, request: web.Request, job: Job, *, at_once: bool
    ) -> web.StreamResponse:
        """The first answer, and the bell on its proper side of it."""
        await self.bells.before_the_answer(job)
        if job.turn.mood is Mood.HANGS:
            self.bells.expect(job)
            await self.closing.wait()
            return hang_up(request)
        try:
            if job.turn.mood is Mood.RESETS:
                return hang_up(request)
            reply = await self._first_answer(links_for(request), job, at_once=at_once)
            return send(request, bent(reply, job.turn.first))
        finally:
            # A bell takes a turn of the loop to ring, and the answer is on its way in this one.
            self.bells.expect(job)

    async def _first_answer(self, links: Links, job: Job, *, at_once: bool) -> Reply:
        if job.turn.mood is Mood.HTML_502_BUT_ACCEPTED:
            return replies.page(502, "502 Bad Gateway")
        if at_once:
            began = asyncio.get_running_loop().time()
            # Shielded: a client that gives up does not stop the painter.
            await asyncio.shield(job.painting)
            took_s = asyncio.get_running_loop().time() - began
            self._told(job)
            body = replies.success(job, links, generation_s=took_s)
            return Reply(200, self._worded(job, body))
        foreign = job.turn.mood is Mood.FOREIGN_FETCH_RESULT
        where = Links(self.stranger_url) if foreign else links
        eta_s = round(max(0.0, job.ready_at - job.clock()), 2) if self.eta_s is None else self.eta_s
        body = replies.processing(job, links, fetch_result=where.fetch(job), eta_s=eta_s)
        return Reply(200, body)

    def _fetched(self, job: Job, links: Links) -> Reply:
        early = job.fetches <= job.turn.times
        match job.turn.mood:
            case Mood.FETCH_404_FOR_A_WHILE if early:
                return Reply(404, replies.error("Request not found"))
            case Mood.FETCH_HTML_FOR_A_WHILE if early:
                return replies.page(200, "Just a moment...")
            case Mood.FETCH_BUSY_FOR_A_WHILE if early:
                return Reply(200, replies.error("Rate limit exceeded, try again later."))
        match job.state:
            case "processing":
                return Reply(200, replies.still_processing(job))
            case "failed":
                self._told(job)
                return Reply(200, replies.failed(job))
        job.ready_fetches += 1
        match job.turn.mood:
            case Mood.EMPTY_OUTPUT_FOR_A_WHILE if job.ready_fetches <= job.turn.times:
                return Reply(200, replies.success_without_pictures(job))
        self._told(job)
        match job.turn.mood:
            case Mood.FETCH_MINIMAL:
                return Reply(200, self._worded(job, replies.success_minimal(job, links)))
        return Reply(200, self._worded(job, replies.success(job, links)))

    def _told(self, job: Job) -> None:
        if not job.told:
            job.told = True
            self.bells.told(job)

    def _worded(self, job: Job, body: Json) -> Json:
        return replies.in_words(body, job.words, self.words_in) if job.speaks else body


def links_for(request: web.Request) -> Links:
    return Links(str(request.url.origin()))
