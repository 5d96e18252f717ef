"""Books requests: every decision and every row of those that come together in one transaction.

What is asked at the same moment shares the reading and the commit; each is decided in its turn,
with what was reserved for those before it.
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates import Gate, pause_of, shut_works
from bot.domain.job import Card, Job
from bot.domain.limits import decide
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import (
    AlreadyAccepted,
    ChannelNotAllowed,
    ModelClosed,
    ModelNotAllowed,
    Paused,
    PictureGone,
    Refusal,
)
from bot.domain.request import SEED_MAX, ImageRequest, Requester
from bot.engine.account import Account, Books, books_of
from bot.engine.cancelling import ACK_GRACE
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import cards, gates, inputs, jobs, quotas
from storage.database import Database, Transaction
from storage.jobs import NewJob
from storage.pictures import PictureFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The interaction that will carry the card; no token where there is none to answer."""

    token: str | None
    expires_at: datetime | None
    file_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that its model can do, and what is to be answered."""

    request: ImageRequest
    requester: Requester
    source_key: str
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class _Booked:
    """A request that fits: what it reserves of whose account."""

    asked: Asked
    account: Account
    cost_micros: int


class Booking:
    """The quota's decisions and the rows they make, under the one write lock."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        catalogue: Catalogue,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._files = files
        self._catalogue = catalogue
        self._policy = policy
        self._now = now

    async def book(self, asked: Sequence[Asked]) -> list[Job | Refusal]:
        """A job for each request, or why there is none; all of it is committed, or nothing."""
        async with self._database.transaction(urgent=True) as tx:
            # The turn to write may have been waited for.
            now = self._now()
            known = await jobs.ids_of_sources(tx, [each.source_key for each in asked])
            closed = await gates.all_closed(tx)
            gone = await self._gone(asked)
            books = await books_of(
                tx, [each.requester for each in asked], policy=self._policy, now=now
            )
            decided: dict[str, _Booked | Refusal] = {
                source_key: AlreadyAccepted(job_id) for source_key, job_id in known.items()
            }
            twins = []
            for each in asked:
                twins.append(each.source_key in decided)
                if twins[-1]:
                    continue
                if gone and gone & set(inputs.digests(each.request)):
                    decided[each.source_key] = PictureGone()
                else:
                    decided[each.source_key] = self._decide(each, books, closed)
            made = await self._insert(
                tx, [each for each in decided.values() if isinstance(each, _Booked)], now=now
            )
        return [
            _answer(decided[each.source_key], made.get(each.source_key), twin=twin)
            for each, twin in zip(asked, twins, strict=True)
        ]

    def against_rules(
        self,
        request: ImageRequest,
        requester: Requester,
        server: ServerSettings,
        closed: Collection[Gate],
    ) -> Refusal | None:
        """Why the request is refused, however little is used: a gate, or one of the server's rules.

        It names its model by the id.
        """
        if request.work in shut_works(closed):
            return ModelClosed(request.model)
        pause = pause_of(closed, requester.guild_id)
        if pause is not None:
            return Paused(pause.detail)
        if not server.allows_place(requester.place_ids):
            return ChannelNotAllowed(tuple(sorted(server.allowed_channels)))
        if request.kind.paints and not server.allows_model(request.model):
            allowed = self._catalogue.able(server.allowed_models or (), kind=request.kind)
            return ModelNotAllowed(request.model, allowed)
        return None

    async def _gone(self, asked: Sequence[Asked]) -> set[str]:
        """Of what these start from, the files that were removed since they were brought.

        Others may have had the very same picture or mask, and had it erased just now.
        """
        named = {sha256 for each in asked for sha256 in inputs.digests(each.request)}
        return await self._files.missing(named) if named else named

    def _decide(self, asked: Asked, books: Books, closed: Sequence[Gate]) -> _Booked | Refusal:
        request, requester = asked.request, asked.requester
        account = books.account(requester)
        against = self.against_rules(request, requester, account.server, closed)
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
        books.reserve(requester, pictures=request.pictures, cost_micros=cost_micros)
        return _Booked(asked=asked, account=account, cost_micros=cost_micros)

    async def _insert(
        self, tx: Transaction, booked: Sequence[_Booked], *, now: datetime
    ) -> Mapping[str, Job]:
        """The rows of new jobs; the jobs by their sources."""
        if not booked:
            return {}
        made = await jobs.insert_jobs(tx, [_new(each.asked, now) for each in booked])
        pairs = list(zip(made, booked, strict=True))
        await inputs.put(tx, made)
        await cards.insert_cards(tx, [_card(job, each.asked.reply) for job, each in pairs])
        await quotas.reserve(
            tx,
            [
                quotas.Reservation(
                    job=job,
                    when=each.account.when,
                    owner=each.account.owner,
                    cost_micros=each.cost_micros,
                )
                for job, each in pairs
            ],
            now=now,
        )
        return {each.asked.source_key: job for job, each in pairs}


def _answer(decided: _Booked | Refusal, job: Job | None, *, twin: bool) -> Job | Refusal:
    if isinstance(decided, _Booked):
        assert job is not None, "what was booked has its job"  # noqa: S101
        return AlreadyAccepted(job.id) if twin else job
    return decided


def _new(asked: Asked, now: datetime) -> NewJob:
    seed = asked.request.seed
    return NewJob(
        source_key=asked.source_key,
        request=asked.request,
        requester=asked.requester,
        # Drawn here, so that the picture can be made again even where the vendor is silent.
        seed=secrets.randbelow(SEED_MAX + 1) if seed is None else seed,
        created_at=now,
        due_at=now + ACK_GRACE,
    )


def _card(job: Job, reply: Reply) -> Card:
    return Card(
        job_id=job.id,
        private=job.request.private,
        token=reply.token,
        token_expires_at=reply.expires_at,
        file_limit_bytes=reply.file_limit_bytes,
    )
