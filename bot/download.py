"""The one guarded downloader of links that people or the vendor name. Never looks at what it gets.

Only https, only public addresses. The address is judged where the socket is made, so no spelling
of a host, no name that changes its mind and no redirect gets around it. The one exception are the
exact host and port pairs that the owner's settings name: they may be http, and on loopback.
"""

import asyncio
import socket
from codecs import BOM_UTF8
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.domain.errors import DownloadError

MAX_BYTES = 32 * 2**20
TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 10.0
REDIRECTS_MAX = 3
CHUNK_BYTES = 2**16
URL_MAX_CHARS = 4096

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# A picture may be linked before it stands there; some stores say 403 for what is not there.
RETRYABLE_CODES = frozenset({403, 404, 408, 425, 429})
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PAGE_STARTS = (b"<!doctype html", b"<html")

# Beyond what the ipaddress module of every supported Python counts as private.
_CLOSED_V4 = tuple(ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))
# IPv6 is open only here, and not where an IPv4 address or a tunnel hides inside.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# What DNS64 makes of an IPv4 address, where a network speaks IPv6 alone.
_NAT64 = IPv6Network("64:ff9b::/96")


class _Forbidden(OSError):
    """The address may not be connected to."""


class Downloader:
    """Gets files by link. Use as `async with`.

    `trusted` are the host and port pairs that may be http and private. `resolver` replaces the
    system's name resolution; what it says is judged all the same.
    """

    def __init__(
        self,
        *,
        trusted: frozenset[tuple[str, int]] = frozenset(),
        max_bytes: int = MAX_BYTES,
        timeout_s: float = TIMEOUT_S,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._trusted = frozenset((host.lower(), port) for host, port in trusted)
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._resolver = resolver
        self._guarded: aiohttp.ClientSession | None = None
        self._open: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._guarded = self._session(
            aiohttp.TCPConnector(
                resolver=self._resolver, socket_factory=_public_socket, use_dns_cache=False
            )
        )
        self._open = self._session(aiohttp.TCPConnector())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in (self._guarded, self._open):
            if session is not None:
                await session.close()

    async def get(self, url: str) -> bytes:
        """The bytes behind `url`, after at most three redirects.

        Raises DownloadError: retryable for what waiting may mend (not there yet, a page in its
        place, empty, cut off, no answer); not for what is forbidden or too large.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(_parsed(url))
        except TimeoutError:
            raise _failure("the file did not come in time", retryable=True) from None

    async def _follow(self, url: URL) -> bytes:
        trusted = True
        for _ in range(REDIRECTS_MAX + 1):
            # Trust ends where a link leaves the trusted hosts, and no redirect gives it back.
            trusted = trusted and (url.host, url.port) in self._trusted
            if not trusted and url.scheme != "https":
                raise _failure("only https links are fetched", retryable=False)
            got = await self._request(url, trusted=trusted)
            if isinstance(got, bytes):
                return got
            url = got
        raise _failure(f"{url.host} redirects too often", retryable=False)

    async def _request(self, url: URL, *, trusted: bool) -> bytes | URL:
        """The file, or where it is said to be instead."""
        session = self._open if trusted else self._guarded
        if session is None:
            raise RuntimeError("Downloader is used outside of its `async with`")
        try:
            async with session.get(url, allow_redirects=False) as response:
                if response.status in REDIRECTS:
                    return _redirected(url, response)
                _check_head(response, self._max_bytes)
                content = await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _network_failure(url, error) from None
        _check_content(url, content, kind=response.content_type)
        return content

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        content = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            content += chunk
            if len(content) > self._max_bytes:
                raise _too_large(response.url, self._max_bytes)
        return bytes(content)

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            # The whole time is kept by get(), over all redirects. Who waits for another download to
            # be over, as only so many go on at once, is not out of reach.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"},
            auto_decompress=False,
            trust_env=False,
        )


def is_public(address: str) -> bool:
    """Whether `address`, a literal IP address, belongs to the open internet.

    An address that carries another one inside is judged by that one.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _inner(ip)
        return _is_public_v6(ip) if inner is None else _is_public_v4(inner)
    return _is_public_v4(ip)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


def _is_public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _CLOSED_V4)


def _is_public_v6(ip: IPv6Address) -> bool:
    return ip in _OPEN_V6 and ip.is_global and not any(ip in net for net in _CLOSED_V6)


def _public_socket(address: AddrInfoType) -> socket.socket:
    """A socket for an address that is about to be connected to, if it may be."""
    family, kind, protocol, _, where = address
    if not is_public(str(where[0])):
        raise _Forbidden("not a public address")
    return socket.socket(family=family, type=kind, proto=protocol)


def _parsed(text: str, base: URL | None = None) -> URL:
    """`text` as an address, read once and for all: what is judged is what is connected to."""
    if len(text) > URL_MAX_CHARS:
        raise _failure("the link is too long", retryable=False)
    # A signature may not survive that an address is spelt anew; so it is only where it must be.
    exact = all("!" <= char <= "~" and char not in '\\"<>^`{|}' for char in text)
    try:
        url = URL(text, encoded=exact)
        url = base.join(url) if base is not None else url
        usable = url.scheme in ("http", "https") and bool(url.host) and url.port is not None
        anonymous = url.user is None and url.password is None
    except ValueError:
        raise _failure("the link is malformed", retryable=False) from None
    if not usable:
        raise _failure("only https links are fetched", retryable=False)
    if not anonymous:
        raise _failure("a link may not carry a user or password", retryable=False)
    return url


def _redirected(url: URL, response: aiohttp.ClientResponse) -> URL:
    target = response.headers.get("Location")
    if not target:
        raise _failure(f"{url.host} redirects to nowhere", retryable=True)
    return _parsed(target, url)


def _check_head(response: aiohttp.ClientResponse, max_bytes: int) -> None:
    """Refuse what the status line and the headers already give away."""
    host, status = response.url.host, response.status
    if status != 200:
        retryable = status in RETRYABLE_CODES or not 400 <= status < 500
        raise _failure(f"{host} answered {status}", retryable=retryable)
    if response.content_length is not None and response.content_length > max_bytes:
        raise _too_large(response.url, max_bytes)
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _failure(f"{host} sent a packed file", retryable=False)


def _check_content(url: URL, content: bytes, *, kind: str) -> None:
    if not content:
        raise _failure(f"{url.host} sent an empty file", retryable=True)
    start = content[:64].removeprefix(BOM_UTF8).lstrip().lower()
    # A header alone proves nothing: a picture that is called a page has been paid for all the same.
    if start.startswith(b"<" if kind in PAGE_TYPES else PAGE_STARTS):
        raise _failure(f"{url.host} sent a web page instead of a file", retryable=True)


def _too_large(url: URL, max_bytes: int) -> DownloadError:
    return _failure(f"the file from {url.host} has more than {max_bytes} bytes", retryable=False)


def _network_failure(url: URL, error: Exception) -> DownloadError:
    """The library's error in our words: its own text may hold the whole link."""
    match error:
        case aiohttp.ClientConnectorError(os_error=_Forbidden()):
            return _failure(f"{url.host} is not a public address", retryable=False)
        case aiohttp.InvalidURL() | ValueError():
            return _failure("the link is malformed", retryable=False)
        case aiohttp.ClientConnectorCertificateError():
            return _failure(f"{url.host} has no valid certificate", retryable=False)
        case aiohttp.ClientPayloadError():
            return _failure(f"the file from {url.host} was cut off", retryable=True)
        case _:
            return _failure(f"{url.host} cannot be reached", retryable=True)


def _failure(message: str, *, retryable: bool) -> DownloadError:
    return DownloadError(message, retryable=retryable)
