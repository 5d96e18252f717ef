"""What keeps the mask page to one browser and one origin. Pure: reads headers, writes headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.errors import LimnerError
from bot.web.wording import Words

COOKIE: Final = "limner_easel"
# Longer than a ticket, so that the page can follow its job.
COOKIE_S: Final = 2 * 3600

_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Problem(LimnerError):
    """An answer that is no success: what the browser is told, and with which status.

    `job` is the number of the job that the ticket has made, for the browser that made it.
    """

    def __init__(self, status: int, words: Words, *, job: int | None = None) -> None:
        super().__init__(f"{words.title}. {words.text}")
        self.status = status
        self.words = words
        self.job = job


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web part is to be reached. `base` has no slash at its end."""

    base: str

    @property
    def path(self) -> str:
        """The path in front of everything; empty where the web part has a host of its own."""
        return urlsplit(self.base).path

    @property
    def origin(self) -> str:
        """As browsers write it: no default port."""
        parts = urlsplit(self.base)
        default = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}" + ("" if default else f":{parts.port}")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base).scheme == "https"


def is_from_elsewhere(headers: Mapping[str, str], *, origin: str) -> bool:
    """Whether another site's page sent this. A program says nothing of itself and is let through:
    it cannot have been led here with somebody else's cookie."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    return headers.get("Origin", origin) != origin


def keep_cookie(response: web.Response, value: str, *, path: str, secure: bool) -> None:
    """Bind the browser to one ticket: the cookie goes nowhere else."""
    response.set_cookie(
        COOKIE,
        value,
        path=path,
        max_age=COOKIE_S,
        httponly=True,
        samesite="Strict",
        secure=secure,
    )


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries. Nothing is kept by caches that did not say that it may be."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
