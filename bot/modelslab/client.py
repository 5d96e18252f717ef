"""Carries calls to ModelsLab and answers back. Never judges an answer, never raises for one.

The key travels in the body of each POST and nowhere else (but see `look_up`); every text that
leaves here is redacted, except for the bodies that `ask` and `look_up` hand over as they are.
"""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import aiohttp

from bot.domain.job import VendorTicket
from bot.domain.request import ImageRequest, Kind
from bot.modelslab import calls
from bot.modelslab.address import fetch_url, join
from bot.modelslab.model import Model
from bot.modelslab.wire import (
    Accepted,
    Balance,
    Finished,
    Reason,
    Refused,
    StillRunning,
    Unclear,
    Uploaded,
    read_balance,
    read_fetch,
    read_submission,
    read_upload,
    redact,
    wait_of,
)

ANSWER_MAX_BYTES = 2**20
CHUNK_BYTES = 2**16
# The vendor says "5 MB", and not whether it counts the picture or its text: the picture.
UPLOAD_MAX_BYTES = 5_000_000
CONNECT_TIMEOUT_S = 10.0
# The engine bounds what goes on at once. Whoever waits for somebody else's connection to be over
# would take the vendor for away.
NO_LIMIT = 0

# Raised before a byte of the request is written: no name, no connection, no TLS, no sense.
# `connect` times the way there, so its time-out belongs here; every other one does not.
NOTHING_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


Said = TypeVar("Said", bound=Finished | Refused | Unclear)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, unread. `date` is the vendor's own clock, as HTTP has it.

    `retry_after` is the header of that name.
    """

    status: int
    body: bytes
    date: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The POST gave no answer. `sent` tells whether the vendor may have read it."""

    message: str
    sent: bool


class ModelsLab:
    """The vendor's API at `base_url`, such as https://modelslab.com/api. Use as `async with`."""

    def __init__(self, base_url: str, key: str, *, timeout_s: float = 60) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._timeout_s = timeout_s
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_s,
            connect=min(CONNECT_TIMEOUT_S, timeout_s),
            sock_connect=min(CONNECT_TIMEOUT_S, timeout_s),
            sock_read=timeout_s,
        )
        self._buying: aiohttp.ClientSession | None = None
        self._asking: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # A kept connection that the vendor has closed meanwhile looks just like a submission whose
        # answer was lost; so each submission gets a connection of its own.
        self._buying = self._session(aiohttp.TCPConnector(limit=NO_LIMIT, force_close=True))
        self._asking = self._session(aiohttp.TCPConnector(limit=NO_LIMIT))
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in (self._buying, self._asking):
            if session is not None:
                await session.close()

    async def submit(
        self,
        model: Model,
        request: ImageRequest,
        *,
        prompt: str,
        negative: str,
        seed: int,
        track_id: str,
        images: Mapping[str, str] = calls.NO_IMAGES,
        size: tuple[int, int] | None = None,
        webhook: str | None = None,
    ) -> Accepted | Finished | Refused | Unclear:
        """Ask for pictures, once. Costs money: never repeat it after `Unclear`."""
        call = calls.submission(
            model,
            request,
            prompt=prompt,
            negative=negative,
            seed=seed,
            track_id=track_id,
            images=images,
            size=size,
            webhook=webhook,
        )
        answer = await self._post(self._buying, join(self._base_url, call.path), call.body)
        if isinstance(answer, NoAnswer):
            return self._without_answer(answer)
        said = read_submission(
            answer.status,
            answer.body,
            family=model.rules[request.kind].family.value,
            base_url=self._base_url,
            kind=request.kind,
        )
        return said if isinstance(said, Accepted) else self._redacted(said, answer)

    async def fetch(
        self, ticket: VendorTicket, *, kind: Kind = Kind.IMAGINE
    ) -> Finished | StillRunning | Refused | Unclear:
        """Ask how far a job is. Safe to repeat; a `Finished` ticket is `ticket` with the links.

        `kind` is the job's kind of work: it tells whether words or links are waited for.
        """
        url = fetch_url(ticket, self._base_url)
        if url is None:
            return Unclear("the job has no id at the vendor")
        answer = await self._post(self._asking, url, {})
        if isinstance(answer, NoAnswer):
            return Unclear(answer.message)
        said = read_fetch(answer.status, answer.body, kind=kind)
        if isinstance(said, StillRunning):
            return said
        if isinstance(said, Finished):
            # A fetch may leave out what the first answer had flagged.
            flagged = ticket.flagged or said.ticket.flagged
            said = replace(said, ticket=replace(ticket, links=said.ticket.links, flagged=flagged))
        return self._redacted(said, answer)

    async def upload(self, data: bytes, mime: str) -> Uploaded | Refused | Unclear:
        """Lend the vendor a picture of at most 5 MB for a day. Free, and safe to repeat."""
        if len(data) > UPLOAD_MAX_BYTES:
            return Refused(Reason.INVALID, f"a picture of more than {UPLOAD_MAX_BYTES} bytes")
        packed = await asyncio.to_thread(calls.upload_body, data, mime, key=self._key)
        answer = await self._send(
            self._asking,
            "POST",
            join(self._base_url, calls.UPLOAD),
            # As a stream: aiohttp writes that in pieces.
            data=io.BytesIO(packed),
            headers={"Content-Type": "application/json"},
        )
        if isinstance(answer, NoAnswer):
            return self._without_answer(answer)
        said = read_upload(answer.status, answer.body)
        return said if isinstance(said, Uploaded) else self._redacted(said, answer)

    async def balance(self) -> Balance | Refused | Unclear:
        """What is left in the wallet. Costs nothing: the probe for key and credits."""
        answer = await self._post(self._asking, join(self._base_url, "wallet_balance"), {})
        if isinstance(answer, NoAnswer):
            return self._without_answer(answer)
        said = read_balance(answer.status, answer.body)
        return said if isinstance(said, Balance) else self._redacted(said, answer)

    async def ask(self, path: str, body: dict[str, object]) -> Answer | NoAnswer:
        """POST to a path below the API's base, and hand over what it says, unread."""
        return await self._post(self._asking, join(self._base_url, path), body)

    async def look_up(
        self, path: str, query: dict[str, str], *, key_in: Literal["header", "address"]
    ) -> Answer | NoAnswer:
        """GET a path below the API's base, and hand over what it says, unread.

        The vendor documents the key in the address, where it ends up in the logs of servers on
        the way: for the owner's own questions, never for the bot's daily work.
        """
        if key_in == "address":
            query, headers = {"key": self._key, **query}, {}
        else:
            headers = {"Authorization": f"Bearer {self._key}"}
        url = join(self._base_url, path)
        return await self._send(self._asking, "GET", url, params=query, headers=headers)

    async def _post(
        self, session: aiohttp.ClientSession | None, url: str, body: dict[str, object]
    ) -> Answer | NoAnswer:
        """POST once. aiohttp itself repeats only idempotent methods, which POST is not."""
        return await self._send(session, "POST", url, json={"key": self._key, **body})

    async def _send(
        self, session: aiohttp.ClientSession | None, method: str, url: str, **what: Any
    ) -> Answer | NoAnswer:
        if session is None:
            raise RuntimeError("ModelsLab is used outside of its `async with`")
        try:
            async with session.request(method, url, allow_redirects=False, **what) as response:
                content = await _read_capped(response)
        except NOTHING_SENT as error:
            return NoAnswer(_told(error), sent=False)
        except TimeoutError:
            return NoAnswer(f"no answer within {self._timeout_s:g} s", sent=True)
        except (aiohttp.ClientError, OSError) as error:
            return NoAnswer(_told(error), sent=True)
        if content is None:
            return NoAnswer(f"an answer of more than {ANSWER_MAX_BYTES} bytes", sent=True)
        headers = response.headers
        return Answer(response.status, content, headers.get("Date"), headers.get("Retry-After"))

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            trust_env=False,
        )

    def _without_answer(self, answer: NoAnswer) -> Refused | Unclear:
        return Unclear(answer.message) if answer.sent else Refused(Reason.DOWN, answer.message)

    def _redacted(self, said: Said, answer: Answer) -> Said:
        if isinstance(said, Finished):
            return said if said.text is None else replace(said, text=redact(said.text, self._key))
        if isinstance(said, Refused):
            said = replace(said, retry_after_s=wait_of(said, answer.retry_after))
        return replace(said, message=redact(said.message, self._key))


def _told(error: aiohttp.ClientError | OSError) -> str:
    """What went wrong on the way, in words that members read too: a library's own are none."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "its name is not found"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case aiohttp.ClientSSLError():
            return "no safe connection can be made"
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return "no connection can be made"
        case aiohttp.InvalidURL():
            return "its address makes no sense"
        case aiohttp.ClientPayloadError():
            return "its answer broke off, or cannot be unpacked"
        case aiohttp.ClientResponseError():
            return "its answer is no HTTP"
        case _:
            return "it broke the connection"


async def _read_capped(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None where it is longer than any answer of this API."""
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        content += chunk
        if len(content) > ANSWER_MAX_BYTES:
            return None
    return bytes(content)
