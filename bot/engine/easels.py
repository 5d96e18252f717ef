"""The mask page's side of the engine: tickets out, masks in. Enters the same intake as a command.

A ticket is private, lives a quarter of an hour and makes one job. Looking changes nothing: the
first browser that starts is bound, and acts for the ticket's person.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.job import Job
from bot.domain.refusal import AlreadyAccepted, Refusal
from bot.domain.request import PROMPT_MAX_CHARS, ImageRequest, Requester
from bot.domain.tickets import Ticket, read, sign
from bot.engine.booking import Reply
from bot.engine.courier import Courier, Progress
from bot.engine.inputs import Inputs
from bot.engine.intake import Accepted, Intake
from storage import cards, easels, jobs
from storage.database import Database
from storage.easels import Easel

LIFETIME = timedelta(minutes=15)
PURPOSE = "mask"


class Standing(Enum):
    """How a ticket stands for the browser that asks."""

    UNKNOWN = auto()  # forged, altered, or long gone
    EXPIRED = auto()
    READY = auto()  # nobody has started yet
    YOURS = auto()  # this browser has started
    TAKEN = auto()  # another browser has started
    USED = auto()  # it has made its job


@dataclass(frozen=True, slots=True)
class View:
    """A ticket as a browser may see it; the easel only where it may."""

    standing: Standing
    easel: Easel | None = None


class Easels:
    """Sets pictures up for painting. `key` signs the links."""

    def __init__(
        self,
        database: Database,
        *,
        intake: Intake,
        inputs: Inputs,
        courier: Courier,
        key: str,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._intake = intake
        self._inputs = inputs
        self._courier = courier
        self._key = key
        self._now = now

    async def set_up(
        self, request: ImageRequest, requester: Requester, *, file_limit_bytes: int
    ) -> str:
        """A ticket for painting a mask on `request.source`, for this person alone."""
        if request.source is None:
            raise ValueError("an easel needs a picture")
        easel = Easel(
            name=secrets.token_urlsafe(16),
            request=request,
            requester=requester,
            file_limit_bytes=file_limit_bytes,
            expires_at=self._now() + LIFETIME,
        )
        async with self._database.transaction() as tx:
            await self._inputs.require_kept([request.source])
            await easels.put(tx, easel)
        return sign(Ticket(easel.name, easel.expires_at), purpose=PURPOSE, key=self._key)

    async def look(self, ticket: str, *, cookie: str | None) -> View:
        """How the ticket stands. Changes nothing: link previews look, too."""
        known = read(ticket, purpose=PURPOSE, key=self._key)
        if known is None:
            return View(Standing.UNKNOWN)
        async with self._database.reading() as tx:
            easel = await easels.get(tx, known.name)
        if easel is None:
            expired = known.expires_at <= self._now()
            return View(Standing.EXPIRED if expired else Standing.UNKNOWN)
        mine = cookie is not None and easel.browser == _digest(cookie)
        if easel.job_id is not None:
            return View(Standing.USED, easel if mine else None)
        if easel.expires_at <= self._now():
            return View(Standing.EXPIRED)
        if easel.browser is None:
            return View(Standing.READY)
        return View(Standing.YOURS, easel) if mine else View(Standing.TAKEN)

    async def start(self, ticket: str, *, key: str | None = None) -> tuple[View, str | None]:
        """Bind the ticket to the browser that asks; the cookie that it must keep, if it is bound.

        A browser that brings a secret of its own as `key` may ask again where it never heard.
        """
        cookie = key or secrets.token_urlsafe(32)
        view = await self.look(ticket, cookie=cookie)
        known = read(ticket, purpose=PURPOSE, key=self._key)
        if view.standing is Standing.READY and known is not None:
            async with self._database.transaction() as tx:
                await easels.bind(tx, known.name, browser=_digest(cookie))
            view = await self.look(ticket, cookie=cookie)
        return view, cookie if view.standing is Standing.YOURS else None

    async def picture(self, easel: Easel) -> bytes:
        """The picture on the easel. Raises StorageError if it is gone."""
        source = easel.request.source
        if source is None:
            raise ValueError("an easel has a picture")
        return await self._inputs.read(source)

    async def submit(self, easel: Easel, *, mask: bytes, prompt: str) -> Accepted | Refusal:
        """Make the job of this easel. Raises PictureError for a mask that does not fit.

        The mask is a PNG with the picture's own pixels, white where it is repainted.
        """
        request = easel.request
        if request.source is None:
            raise ValueError("an easel has a picture")
        request = replace(
            request,
            mask=await self._inputs.mask_from_file(request.source, mask),
            prompt=" ".join(prompt.split())[:PROMPT_MAX_CHARS] or request.prompt,
        )
        said = await self._intake.accept(
            request,
            easel.requester,
            source_key=f"ticket:{easel.name}",
            reply=Reply(token=None, expires_at=None, file_limit_bytes=easel.file_limit_bytes),
        )
        match said:
            case Accepted():
                await self._used(easel, said.job.id)
                await self._place(said)
            case AlreadyAccepted(job_id):
                await self._used(easel, job_id)
        return said

    async def _used(self, easel: Easel, job_id: int) -> None:
        async with self._database.transaction() as tx:
            await easels.used(tx, easel.name, job_id=job_id)

    async def _place(self, accepted: Accepted) -> None:
        """There is no reply to edit: the card is a message of its own."""
        job = accepted.job

        async def begin_message() -> datetime | None:
            async with self._database.transaction() as tx:
                return await cards.begin_message(tx, job.id, now=self._now())

        async with self._database.reading() as tx:
            card = await cards.get(tx, job.id)
        message_id = await self._courier.place(
            Progress(
                job=job,
                card=card,
                place=accepted.place,
                ready_at=self._now() + timedelta(seconds=accepted.place.wait_s),
                gate=accepted.gate,
                ignored=accepted.ignored,
            ),
            begin_message,
        )
        await self._intake.placed(job.id, message_id=message_id)

    async def job(self, easel: Easel) -> Job | None:
        """The job that the easel has made, as it stands now."""
        if easel.job_id is None:
            return None
        async with self._database.reading() as tx:
            return await jobs.get(tx, easel.job_id)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
