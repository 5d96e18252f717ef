"""Accepts requests: checks, quota reservation and job row in one transaction. Submits nothing."""

import asyncio
import dataclasses
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from bot.domain.errors import StorageError
from bot.domain.gates import Gate, GateReason, server_scope, shut_works
from bot.domain.job import Card, Job
from bot.domain.limits import decide
from bot.domain.line import Place
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import (
    AlreadyAccepted,
    ChannelNotAllowed,
    ModelClosed,
    ModelNotAllowed,
    Paused,
    PersonalNotAllowed,
    Refusal,
    ServerNotAllowed,
    ShuttingDown,
    UnknownModel,
    UnknownStyle,
)
from bot.domain.request import PERSONAL, SEED_MAX, Aspect, ImageRequest, Kind, Requester
from bot.domain.styles import Style
from bot.engine.account import account_of
from bot.engine.cancelling import ACK_GRACE
from bot.engine.line import LineView
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue, Review, review
from storage import cards, gates, inputs, jobs, preferences, quotas
from storage.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The interaction that will carry the card; no token where there is none to answer."""

    token: str | None
    expires_at: datetime | None
    file_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A job that stands in line. `gate` is why nothing is submitted just now."""

    job: Job
    place: Place
    ignored: tuple[str, ...] = ()
    gate: GateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a request has where its asker says nothing."""

    model: str
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
        self._placing = asyncio.Lock()
        self._placements: dict[int, int | None] = {}

    def close(self) -> None:
        """Take no new work from now on: the process is being stopped."""
        self._closed = True

    async def defaults(self, *, guild_id: int, user_id: int) -> Defaults:
        """The member's own defaults, else the server's, else the owner's."""
        async with self._database.reading() as tx:
            member = await preferences.of_member(tx, guild_id=guild_id, user_id=user_id)
            server = await preferences.of_server(tx, guild_id)
        wanted = (member.model, server.model, self._policy.default_model)
        allowed = [model for model in wanted if model is not None and server.allows_model(model)]
        return Defaults(
            model=(allowed or sorted(server.allowed_models or ()) or [wanted[-1]])[0],
            aspect=member.aspect or Aspect.SQUARE,
            count=member.count or 1,
            negative=member.negative or "",
            private=bool(member.private),
        )

    async def obstacle(self, request: ImageRequest, requester: Requester) -> Refusal | None:
        """Why the request would be refused, of what can be said before its picture is read."""
        if self._closed:
            return ShuttingDown()
        if (unwelcome := self._unwelcome(requester)) is not None:
            return unwelcome
        async with self._database.reading() as tx:
            server = await preferences.of_server(tx, requester.guild_id)
            closed = await gates.all_closed(tx)
        return self._against_rules(request, requester, server, closed)

    async def accept(
        self, request: ImageRequest, requester: Requester, *, source_key: str, reply: Reply
    ) -> Accepted | Refusal:
        """Put a job in line and reserve its pictures, or say why not; then nothing is reserved.

        The job is not submitted before `placed`, or before a grace of some seconds has passed.
        """
        if self._closed:
            return ShuttingDown()
        match self._review(request, requester):
            case (model, ignored):
                request = dataclasses.replace(request, model=model)
            case refusal:
                return refusal
        async with self._database.transaction() as tx:
            made = await self._insert(tx, request, requester, source_key=source_key)
            if not isinstance(made, Job):
                return made
            await inputs.put(tx, made)
            await cards.insert_card(
                tx,
                Card(
                    job_id=made.id,
                    private=request.private,
                    token=reply.token,
                    token_expires_at=reply.expires_at,
                    file_limit_bytes=reply.file_limit_bytes,
                ),
            )
        place, gate = await self._view.place_of(made)
        return Accepted(job=made, place=place, ignored=ignored, gate=gate)

    async def placed(self, job_id: int, *, message_id: int | None) -> None:
        """The card stands (as this message, where that is known): the job may be submitted."""
        self._placements[job_id] = message_id
        async with self._placing:
            # Whoever comes first writes for all who wait: after a burst one commit does for many.
            batch, self._placements = self._placements, {}
            try:
                await self._place(batch)
            except StorageError:
                self._placements = {**batch, **self._placements}
                raise
        self._wake()

    async def _place(self, batch: Mapping[int, int | None]) -> None:
        if not batch:
            return
        known = {job_id: message for job_id, message in batch.items() if message is not None}
        async with self._database.transaction() as tx:
            if known:
                await cards.placed(tx, known)
            await jobs.release(tx, batch.keys(), now=self._now())

    def _review(
        self, request: ImageRequest, requester: Requester
    ) -> tuple[str, tuple[str, ...]] | Refusal:
        """The model's own id and the options that it ignores, or why it cannot work."""
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
        return (model.id, reviewed.ignored) if isinstance(reviewed, Review) else reviewed

    def _unwelcome(self, requester: Requester) -> Refusal | None:
        """Whether the owner lets nobody ask here."""
        if requester.guild_id == PERSONAL:
            return None if self._policy.personal_day is not None else PersonalNotAllowed()
        allowed = self._policy.allowed_guilds
        return ServerNotAllowed() if allowed and requester.guild_id not in allowed else None

    async def _insert(
        self, tx: Transaction, request: ImageRequest, requester: Requester, *, source_key: str
    ) -> Job | Refusal:
        """The quota's decision and the job's row, under the one write lock."""
        known = await jobs.id_of_source(tx, source_key)
        if known is not None:
            return AlreadyAccepted(known)
        closed = await gates.all_closed(tx)
        if request.work in shut_works(closed):
            return ModelClosed(request.model)
        now = self._now()
        account = await account_of(tx, requester, policy=self._policy, now=now)
        against = self._against_rules(request, requester, account.server, closed)
        if against is not None:
            return against
        cost_micros = max(1, request.pictures) * self._policy.price_micros
        over = decide(
            request.pictures,
            cost_cents=cost_micros / 10_000,
            limits=account.limits,
            usage=account.usage,
            when=account.when,
            owner=account.owner,
        )
        if over is not None:
            return over
        job = await jobs.insert_job(
            tx,
            source_key=source_key,
            request=request,
            requester=requester,
            # Drawn here, so that the picture can be made again even where the vendor is silent.
            seed=secrets.randbelow(SEED_MAX + 1) if request.seed is None else request.seed,
            now=now,
            due_at=now + ACK_GRACE,
        )
        await quotas.reserve(
            tx,
            job,
            when=account.when,
            owner=account.owner,
            cost_micros=cost_micros,
            now=now,
        )
        return job

    def _against_rules(
        self,
        request: ImageRequest,
        requester: Requester,
        server: ServerSettings,
        closed: Iterable[Gate],
    ) -> Refusal | None:
        """Which of the server's own rules the request breaks, if any."""
        scope = server_scope(requester.guild_id)
        pause = next((gate for gate in closed if gate.scope == scope), None)
        if pause is not None:
            return Paused(pause.detail)
        if not server.allows_place(requester.place_ids):
            return ChannelNotAllowed(tuple(sorted(server.allowed_channels)))
        if request.kind.paints and not server.allows_model(request.model):
            return ModelNotAllowed(request.model, self._allowed(server, request.kind))
        return None

    def _allowed(self, server: ServerSettings, kind: Kind) -> tuple[str, ...]:
        """The models that a server allows for this kind of work."""
        models = (self._catalogue.get(model) for model in sorted(server.allowed_models or ()))
        return tuple(model.id for model in models if model is not None and kind in model.rules)
