"""Looks whether PUBLIC_URL leads to the web part, as a browser would. Changes nothing."""

import asyncio
import errno
import re
import socket
import ssl
from urllib.parse import urlsplit

from bot.domain.checkup import Finding, note, ok, sick, unseen
from bot.web.checkup import fault, get, here, unusable
from bot.web.masks import MOUNT

PATIENCE_S = 5.0
TOPIC = "web part"
# No ticket is called so. The page says that it leads nowhere, and whose page it is.
NOBODYS_TICKET = f"{MOUNT}/doctor"
SIGNATURE = "· Limner</title>".encode()

_PORTS = {"https": 443, "http": 80}


async def look(url: str, *, host: str, port: int) -> Finding:
    """Whether masks can be painted at `url`, served by what listens on `host` and `port`."""
    parts = urlsplit(url)
    said = await _asked(
        parts.hostname or "",
        parts.port or _PORTS[parts.scheme],
        f"{parts.path}{NOBODYS_TICKET}",
        tls=parts.scheme == "https",
        name=parts.netloc,
    )
    if _is_ours(said):
        return ok(TOPIC, "PUBLIC_URL leads to a running Limner: the mask page and the doorbell")
    if not port or not _is_ours(await _asked(here(host), port, NOBODYS_TICKET)):
        return await _unserved(host, port)
    match said:
        case bytes():
            return _astray(f"something else answers there{_code(said)}", port)
        case socket.gaierror() | UnicodeError():
            return _astray("its name is not known", port)
        case ssl.SSLCertVerificationError():
            return _astray("its certificate is not trusted", port)
        case ssl.SSLError():
            return _astray("no safe connection can be made", port)
        case _:
            return note(
                TOPIC,
                "PUBLIC_URL cannot be reached from this machine",
                "From outside it may be otherwise: open it on a phone without Wi-Fi.",
            )


async def _asked(
    host: str, port: int, path: str, *, tls: bool = False, name: str = "limner"
) -> bytes | OSError | UnicodeError:
    """What is answered there, or why nothing is."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await get(host, port, path, tls=tls, name=name)
    except (OSError, UnicodeError) as error:
        return error


def _is_ours(said: bytes | OSError | UnicodeError) -> bool:
    return isinstance(said, bytes) and SIGNATURE in said


def _code(said: bytes) -> str:
    """The HTTP code of an answer, to follow a sentence."""
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})\b", said)
    return f" (HTTP {found[1].decode()})" if found else ""


async def _unserved(host: str, port: int) -> Finding:
    """No Limner has the port: whether one could."""
    error = await fault(host, port)
    if error is None:
        return unseen(TOPIC, "whether PUBLIC_URL leads here can be seen while Limner runs")
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return sick(
            TOPIC,
            f"port {port} is taken by another program",
            "Let HTTP_PORT be another number, and tell it the proxy behind PUBLIC_URL.",
        )
    return unusable(error, TOPIC, "HTTP", port, usual=("0.0.0.0", 8080))  # noqa: S104


def _astray(why: str, port: int) -> Finding:
    return sick(
        TOPIC,
        f"PUBLIC_URL does not lead to the web part: {why}",
        f"Let the proxy behind that address pass everything on to port {port} of this machine.",
    )
