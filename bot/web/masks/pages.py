"""The mask page's routes, below one mount point. Looking changes nothing; jobs are the engine's.

GET  /{ticket}            what it is and a Start button, the editor, or why neither
POST /{ticket}/start      binds the first browser by a cookie; field `key`: its own secret
GET  /{ticket}/picture    the picture, for that browser alone
POST /{ticket}/submit     fields `mask` (PNG, white is repainted) and `prompt`: makes the job
GET  /{ticket}/progress   how far the job is, as JSON
GET  /static/{digest}/{name}
"""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, NoReturn

from aiohttp import web

from bot.domain.errors import PictureError, StorageError
from bot.domain.job import Job, JobStatus
from bot.domain.refusal import AlreadyAccepted
from bot.domain.request import PROMPT_MAX_CHARS
from bot.engine.easels import Easels, Standing
from bot.engine.intake import Accepted
from bot.engine.line import LineView
from bot.web.masks.guard import COOKIE, Address, Problem, harden, is_from_elsewhere, keep_cookie
from bot.web.masks.html import assets, page
from bot.web.masks.upload import read_upload
from bot.web.wording import HowFar, Words, how_far, refused
from storage.easels import Easel

log = logging.getLogger(__name__)

MOUNT: Final = "/mask"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_KEY_FIELD: Final = re.compile(rb"key=([0-9a-f]{64})")
_SPOKEN_AS_JSON: Final = ("/picture", "/submit", "/progress")

_SHUT: Final = {
    Standing.UNKNOWN: (
        HTTPStatus.NOT_FOUND,
        Words(
            "This link leads nowhere",
            "Perhaps a part of it was lost on the way. Open it again from Discord, or ask there "
            "for a new one with Paint the mask.",
        ),
    ),
    Standing.EXPIRED: (
        HTTPStatus.GONE,
        Words(
            "This link has expired",
            "It was good for 15 minutes. Ask for a new one in Discord with Paint the mask or "
            "Edit area. Nothing was charged.",
        ),
    ),
    Standing.TAKEN: (
        HTTPStatus.FORBIDDEN,
        Words(
            "Somebody has started already",
            "The link belongs to the first browser that pressed Start. If that was not you, ask "
            "for a link of your own in Discord.",
        ),
    ),
    Standing.READY: (
        HTTPStatus.FORBIDDEN,
        Words("Not started yet", "Open the link and press Start."),
    ),
    Standing.USED: (
        HTTPStatus.CONFLICT,
        Words(
            "This link has made its picture",
            "Look in Discord, in the channel where it was opened. A link is good for one picture.",
        ),
    ),
}
_ELSEWHERE: Final = Words("Sent from another site", "Open the link itself, and send it from there.")
_STORAGE: Final = Words(
    "Out of order for a moment", "Limner could not read or write. Try again in a minute."
)
_NOT_LIKE_THIS: Final = Words("Not like this", "Open the link in a browser.")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mask_url(public_url: str, ticket: str) -> str:
    """The link that opens a ticket."""
    return f"{public_url.rstrip('/')}{MOUNT}/{ticket}"


def mask_app(
    easels: Easels,
    *,
    line: LineView,
    public_url: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> web.Application:
    """The page, to be mounted with `add_subapp(MOUNT, ...)` where `public_url` leads."""
    pages = _Pages(easels, line=line, address=Address(public_url.rstrip("/")), now=now)
    app = web.Application(middlewares=[pages.say])
    app.on_response_prepare.append(harden)
    app.router.add_get("/static/{digest}/{name}", pages.static)
    app.router.add_get("/{ticket}", pages.look)
    app.router.add_post("/{ticket}/start", pages.start)
    app.router.add_get("/{ticket}/picture", pages.picture)
    app.router.add_post("/{ticket}/submit", pages.submit)
    app.router.add_get("/{ticket}/progress", pages.progress)
    return app


class _Pages:
    def __init__(
        self,
        easels: Easels,
        *,
        line: LineView,
        address: Address,
        now: Callable[[], datetime],
    ) -> None:
        self._easels = easels
        self._line = line
        self._address = address
        self._now = now

    async def look(self, request: web.Request) -> web.Response:
        ticket = request.match_info["ticket"]
        view = await self._easels.look(ticket, cookie=request.cookies.get(COOKIE))
        match view.standing:
            case Standing.YOURS if view.easel is not None:
                return self._editor(view.easel, ticket)
            case Standing.READY:
                return self._html("start", start=f"{self._path(ticket)}/start")
            case standing:
                raise _shut(standing)

    async def start(self, request: web.Request) -> web.Response:
        self._require_same_origin(request)
        ticket = request.match_info["ticket"]
        view = await self._easels.look(ticket, cookie=request.cookies.get(COOKIE))
        cookie = None
        if view.standing is not Standing.YOURS:
            view, cookie = await self._easels.start(ticket, key=await _key_of(request))
        if view.standing is not Standing.YOURS:
            raise _shut(view.standing)
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": self._path(ticket)})
        if cookie is not None:
            path, secure = self._path(ticket), self._address.is_https
            keep_cookie(answer, cookie, path=path, secure=secure)
            log.info("mask.started")
        return answer

    async def picture(self, request: web.Request) -> web.Response:
        easel = await self._started(request)
        source = easel.request.source
        return web.Response(
            body=await self._easels.picture(easel),
            content_type=source.mime if source else "application/octet-stream",
        )

    async def submit(self, request: web.Request) -> web.Response:
        self._require_same_origin(request)
        easel = await self._started(request)
        if easel.job_id is not None:
            self._used(easel.job_id)
        upload = await read_upload(request)
        try:
            said = await self._easels.submit(easel, mask=upload.mask, prompt=upload.prompt)
        except PictureError as error:
            words = Words("The mask does not fit", str(error))
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, words) from error
        match said:
            case Accepted(job=job):
                log.info("mask.submitted job=%d", job.id)
                told = how_far(job, place=said.place, gate=said.gate)
                return _told(told, job.id, status=HTTPStatus.ACCEPTED)
            case AlreadyAccepted(job_id):
                self._used(job_id)
            case refusal:
                raise Problem(HTTPStatus.CONFLICT, refused(refusal))

    async def progress(self, request: web.Request) -> web.Response:
        easel = await self._started(request)
        if easel.job_id is None:
            return _told(HowFar(state="Not sent yet", position=""), None)
        job = await self._easels.job(easel)
        if job is None:
            gone = HowFar(state="No longer kept", position="Look in Discord.", done=True)
            return _told(gone, easel.job_id)
        return _told(await self._how_far(job), job.id)

    async def static(self, request: web.Request) -> web.Response:
        known = assets()
        asset = known.files.get(request.match_info["name"])
        if asset is None or request.match_info["digest"] != known.digest:
            raise _shut(Standing.UNKNOWN)
        return web.Response(
            body=asset.data,
            content_type=asset.mime,
            charset="utf-8",
            headers={"Cache-Control": _FOR_EVER},
        )

    @web.middleware
    async def say(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every refusal in the page's own words, also those of the router."""
        try:
            return await handler(request)
        except Problem as problem:
            return self._explain(request, problem)
        except StorageError as error:
            log.error("mask.storage_failed why=%s", error)
            return self._explain(request, Problem(HTTPStatus.SERVICE_UNAVAILABLE, _STORAGE))
        except web.HTTPMethodNotAllowed as error:
            answer = self._explain(request, Problem(error.status, _NOT_LIKE_THIS))
            answer.headers["Allow"] = error.headers["Allow"]
            return answer
        except web.HTTPNotFound:
            return self._explain(request, _shut(Standing.UNKNOWN))

    def _explain(self, request: web.Request, problem: Problem) -> web.Response:
        """A problem as the page or the JSON that its reader understands."""
        if request.path.endswith(_SPOKEN_AS_JSON):
            said = {"error": problem.words.title, "detail": problem.words.text}
            job = {} if problem.job is None else {"job": problem.job}
            return web.json_response(said | job, status=problem.status)
        ticket = request.match_info.get("ticket", "")
        link = self._path(ticket)
        # Where the cookie may yet show that it is this browser's: see notice.js.
        asks = ticket and problem.status in (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
        return self._html(
            "notice",
            status=problem.status,
            title=problem.words.title,
            text=problem.words.text,
            progress=f"{link}/progress" if asks else "",
            start=f"{link}/start" if asks else "",
        )

    async def _started(self, request: web.Request) -> Easel:
        """The easel, for the browser that has started it. Raises Problem for any other."""
        view = await self._easels.look(
            request.match_info["ticket"], cookie=request.cookies.get(COOKIE)
        )
        if view.standing in (Standing.YOURS, Standing.USED) and view.easel is not None:
            return view.easel
        raise _shut(view.standing)

    async def _how_far(self, job: Job) -> HowFar:
        if job.status is not JobStatus.QUEUED:
            return how_far(job)
        place, gate = await self._line.place_of(job)
        return how_far(job, place=place, gate=gate)

    def _editor(self, easel: Easel, ticket: str) -> web.Response:
        source = easel.request.source
        if source is None:
            raise ValueError("an easel has a picture")
        link = mask_url(self._address.base, ticket)
        return self._html(
            "editor",
            submit=f"{link}/submit",
            picture=f"{self._path(ticket)}/picture",
            progress=f"{self._path(ticket)}/progress",
            width=source.width_px,
            height=source.height_px,
            seconds=max(0, int((easel.expires_at - self._now()).total_seconds())),
            prompt=easel.request.prompt,
            prompt_max=PROMPT_MAX_CHARS,
        )

    def _html(self, name: str, *, status: int = HTTPStatus.OK, **values: str | int) -> web.Response:
        static = f"{self._address.path}{MOUNT}/static/{assets().digest}"
        text = page(name, static=static, **values)
        return web.Response(text=text, content_type="text/html", status=status)

    def _path(self, ticket: str) -> str:
        return f"{self._address.path}{MOUNT}/{ticket}"

    def _require_same_origin(self, request: web.Request) -> None:
        if is_from_elsewhere(request.headers, origin=self._address.origin):
            raise Problem(HTTPStatus.FORBIDDEN, _ELSEWHERE)

    def _used(self, job_id: int) -> NoReturn:
        words = Words("Sent already", f"This link has made its picture: job {job_id}.")
        raise Problem(HTTPStatus.CONFLICT, words, job=job_id)


async def _key_of(request: web.Request) -> str | None:
    """What the browser would be known by, where it says so and nobody could guess it."""
    try:
        found = _KEY_FIELD.fullmatch(await request.read())
    except web.HTTPRequestEntityTooLarge:
        return None
    return found and found[1].decode()


def _shut(standing: Standing) -> Problem:
    status, words = _SHUT[standing]
    return Problem(status, words)


def _told(told: HowFar, job_id: int | None, *, status: int = HTTPStatus.OK) -> web.Response:
    said = {"state": told.state, "position": told.position, "done": told.done, "good": told.good}
    return web.json_response(said | {"job": job_id}, status=status)
