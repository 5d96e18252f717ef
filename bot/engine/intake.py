"""Accepts requests: checks, quota reservation and job row in one transaction. Submits nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from bot.domain import schedule
from bot.domain.errors import StorageError
from bot.domain.gates import GateReason
from bot.domain.job import Job
from bot.domain.line import Place
from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.refusal import (
    NoWords,
    PersonalNotAllowed,
    Refusal,
    ServerNotAllowed,
    ShuttingDown,
    UnknownModel,
    UnknownStyle,
)
from bot.domain.request import PERSONAL, Aspect, ImageRequest, Kind, Requester
from bot.domain.styles import Style
from bot.engine.booking import Asked, Booking, Reply
from bot.engine.line import LineView
from bot.engine.policy import Policy
from bot.engine.together import Together
from bot.modelslab.catalogue import Catalogue, Review, review
from storage import cards, gates, moves, preferences
from storage.database import Database
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A job that stands in line. `gate` is why nothing is submitted just now."""

    job: Job
    place: Place
    ignored: tuple[str, ...] = ()
    gate: GateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a request has where its asker says nothing.

    `models` holds one for each kind of work that paints, from those that are allowed here.
    """

    models: Mapping[Kind, str]
    allowed_models: frozenset[str] | None
    aspect: Aspect
    count: int
    negative: str
    private: bool


class Intake:
    """The front door of the engine. `wake` tells the runner that there is work."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        catalogue: Catalogue,
        styles: Mapping[str, Style],
        policy: Policy,
        wake: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._styles = styles
        self._policy = policy
        self._wake = wake
        self._now = now
        self._closed = False
        self._view = LineView(database, max_queued=policy.max_queued, now=now)
        self._booking = Booking(database, files=files, catalogue=catalogue, policy=policy, now=now)
        self._preferring = Together(self._prefer)
        self._accepting = Together(self._booking.book)
        self._placing = Together(self._place)

    def close(self) -> None:
        """Take no new work from now on: the process is being stopped."""
        self._closed = True

    async def finish(self) -> None:
        """Return when nothing is being written down any more. The database may be closed then."""
        for desk in (self._preferring, self._accepting, self._view, self._placing):
            await desk.finish()

    async def defaults(self, *, guild_id: int, user_id: int) -> Defaults:
        """The member's own defaults, else the server's, else the owner's."""
        server, member = await self._preferring.ask((guild_id, user_id))
        wanted = (member.model, server.model, self._policy.default_model)
        return Defaults(
            models={
                kind: self._catalogue.default(kind, *wanted, allowed=server.allowed_models)
                for kind in Kind
                if kind.paints
            },
            allowed_models=server.allowed_models,
            aspect=member.aspect or Aspect.SQUARE,
            count=member.count or 1,
            negative=member.negative or "",
            private=bool(member.private),
        )

    async def obstacle(self, request: ImageRequest, requester: Requester) -> Refusal | None:
        """Why the request would be refused, of what can be said before its picture is read."""
        reviewed = self._review(request, requester)
        if not isinstance(reviewed, tuple):
            return reviewed
        request, _ = reviewed
        async with self._database.reading() as tx:
            server = await preferences.of_server(tx, requester.guild_id)
            closed = await gates.all_closed(tx)
        return self._booking.against_rules(request, requester, server, closed)

    async def accept(
        self, request: ImageRequest, requester: Requester, *, source_key: str, reply: Reply
    ) -> Accepted | Refusal:
        """Put a job in line and reserve its pictures, or say why not; then nothing is reserved.

        The job is not submitted before `placed`, or before a grace of some seconds has passed.
        """
        reviewed = self._review(request, requester)
        if not isinstance(reviewed, tuple):
            return reviewed
        request, ignored = reviewed
        if request.lacks_words:
            return NoWords()
        made = await self._accepting.ask(
            Asked(request=request, requester=requester, source_key=source_key, reply=reply)
        )
        if not isinstance(made, Job):
            return made
        place, gate = await self._place_of(made)
        return Accepted(job=made, place=place, ignored=ignored, gate=gate)

    async def placed(self, job_id: int, *, message_id: int | None) -> None:
        """The card stands (as this message, where that is known): the job may be submitted."""
        await self._placing.ask((job_id, message_id))
        self._wake()

    async def _place_of(self, job: Job) -> tuple[Place, GateReason | None]:
        """Where it stands; at the head where that cannot be read: in line it is all the same."""
        try:
            return await self._view.place_of(job)
        except StorageError as error:
            log.warning("intake.unplaced job=%d why=%s", job.id, error)
            return Place(ahead=0, ahead_here=0, wait_s=schedule.USUAL_S), None

    async def _prefer(
        self, asked: Sequence[tuple[int, int]]
    ) -> list[tuple[ServerSettings, MemberSettings]]:
        """What servers and members have set, by guild id and user id."""
        async with self._database.reading() as tx:
            members = await preferences.of_members(tx, asked)
            servers = await preferences.of_servers(tx, {guild_id for guild_id, _ in asked})
        return [(servers[who[0]], members[who]) for who in asked]

    async def _place(self, placed: Sequence[tuple[int, int | None]]) -> list[None]:
        """Note the messages of cards, by job id, and let their jobs be submitted."""
        known = {job_id: message for job_id, message in placed if message is not None}
        async with self._database.transaction(urgent=True) as tx:
            if known:
                await cards.placed(tx, known)
            await moves.release(tx, [job_id for job_id, _ in placed], now=self._now())
        return [None for _ in placed]

    def _review(
        self, request: ImageRequest, requester: Requester
    ) -> tuple[ImageRequest, tuple[str, ...]] | Refusal:
        """The request under its model's own id, and what is ignored; or why it cannot work."""
        if self._closed:
            return ShuttingDown()
        if (unwelcome := self._unwelcome(requester)) is not None:
            return unwelcome
        if request.style is not None and request.style not in self._styles:
            close = get_close_matches(request.style, self._styles, n=3)
            return UnknownStyle(request.style, tuple(close))
        model = self._catalogue.get(request.model)
        if model is None:
            return UnknownModel(
                request.model, self._catalogue.close(request.model, kind=request.kind)
            )
        reviewed = review(model, request)
        if not isinstance(reviewed, Review):
            return reviewed
        return replace(request, model=model.id), reviewed.ignored

    def _unwelcome(self, requester: Requester) -> Refusal | None:
        """Whether the owner lets nobody ask here."""
        if requester.guild_id == PERSONAL:
            return None if self._policy.personal_day is not None else PersonalNotAllowed()
        allowed = self._policy.allowed_guilds
        return ServerNotAllowed() if allowed and requester.guild_id not in allowed else None
