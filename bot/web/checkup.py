"""Looks whether the bot's ports can be had, or who has them. Keeps no port, changes nothing."""

import asyncio
import errno
import json
import socket
from http import HTTPStatus

from bot.domain.checkup import Finding, ok, sick, unseen

PATIENCE_S = 2.0
ANSWER_MAX_BYTES = 65_536
# What a running bot's /readyz names.
PINGS = frozenset({"database", "gateway", "runner"})


async def look(host: str, port: int) -> Finding:
    """Whether health and metrics can listen on `host` and `port`, or already do."""
    if port == 0:
        return ok("metrics", "on whatever port is free")
    error = await fault(host, port)
    if error is None:
        return ok("metrics", f"port {port} is free")
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return _who(port, await _readiness(host, port))
    return unusable(error, "metrics", "METRICS", port, usual=("127.0.0.1", 9090))


async def fault(host: str, port: int) -> OSError | UnicodeError | None:
    """Why nobody could listen there now; None where the port is free."""
    try:
        await asyncio.to_thread(_try, host, port)
    except (OSError, UnicodeError) as error:
        return error
    return None


def unusable(
    error: OSError | UnicodeError, topic: str, name: str, port: int, *, usual: tuple[str, int]
) -> Finding:
    """What is wrong with a host and a port whose settings begin with `name`."""
    host, number = usual
    match error:
        # Names that cannot even be asked for are a UnicodeError.
        case socket.gaierror() | UnicodeError():
            return sick(
                topic, f"{name}_HOST is a name that nobody knows", f"Leave it empty: {host}."
            )
        case OSError(errno=errno.EADDRNOTAVAIL):
            return sick(
                topic,
                f"{name}_HOST is no address of this machine",
                f"Leave it empty for {host}, or write 0.0.0.0 inside a container.",
            )
        case OSError(errno=errno.EACCES | errno.EPERM):
            return sick(
                topic,
                f"port {port} is not for this user",
                f"Let {name}_PORT be a number above 1023, such as {number}.",
            )
        case _:
            return unseen(topic, f"port {port} could not be tried ({error.strerror})")


def _try(host: str, port: int) -> None:
    """Bind for a moment, but never listen: a bot that starts just now is not in the way."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


def _who(port: int, readiness: dict[str, str] | None) -> Finding:
    if readiness is None:
        return sick(
            "metrics",
            f"port {port} is taken by another program",
            "Let METRICS_PORT be another number, or 0 for any free one.",
        )
    faults = [f"{name}: {word}" for name, word in readiness.items() if word != "ok"]
    if faults:
        return sick(
            "metrics",
            f"a running Limner on port {port} is not ready ({', '.join(faults)})",
            "If it was not started just now, its log tells why.",
        )
    return ok("metrics", f"port {port} is served by a running Limner, which is ready")


async def _readiness(host: str, port: int) -> dict[str, str] | None:
    """What a running bot says of its parts; None where it is not ours that answers."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await get(here(host), port, "/readyz")
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    codes = {str(code.value).encode() for code in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE)}
    if len(words) < 2 or words[1] not in codes:
        return None
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if not isinstance(value, dict) or not value.keys() >= PINGS:
        return None
    return {str(name): str(word)[:80] for name, word in value.items()}


def here(host: str) -> str:
    """Where to ask somebody who listens on `host`: a wildcard is where nobody can be asked."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


async def get(host: str, port: int, path: str, *, tls: bool = False, name: str = "limner") -> bytes:
    """The whole answer to a GET, head and all; `name` is what the Host header says."""
    reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        await writer.drain()
        answer = bytearray()
        while len(answer) < ANSWER_MAX_BYTES and (more := await reader.read(ANSWER_MAX_BYTES)):
            answer += more
        return bytes(answer)
    finally:
        writer.close()
