"""Looks whether the health port can be had, or who has it. Keeps no port, changes nothing."""

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
    try:
        await asyncio.to_thread(_try, host, port)
    except socket.gaierror:
        return sick(
            "metrics", "METRICS_HOST is a name that nobody knows", "Leave it empty: 127.0.0.1."
        )
    except OSError as error:
        return await _taken(host, port, error)
    return ok("metrics", f"port {port} is free")


def _try(host: str, port: int) -> None:
    """Bind for a moment, but never listen: a bot that starts just now is not in the way."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


async def _taken(host: str, port: int, error: OSError) -> Finding:
    match error.errno:
        case errno.EADDRINUSE:
            return _who(port, await _readiness(host, port))
        case errno.EADDRNOTAVAIL:
            return sick(
                "metrics",
                "METRICS_HOST is no address of this machine",
                "Leave it empty for 127.0.0.1, or write 0.0.0.0 inside a container.",
            )
        case errno.EACCES | errno.EPERM:
            return sick(
                "metrics",
                f"port {port} is not for this user",
                "Let METRICS_PORT be a number above 1023, such as 9090.",
            )
        case _:
            return unseen("metrics", f"port {port} could not be tried ({error.strerror})")


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
            answer = await _get(host, port)
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


async def _get(host: str, port: int) -> bytes:
    # A wildcard is where one listens, not where one asks.
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    reader, writer = await asyncio.open_connection(asked, port)
    try:
        writer.write(b"GET /readyz HTTP/1.0\r\nHost: limner\r\n\r\n")
        await writer.drain()
        return await reader.read(ANSWER_MAX_BYTES)
    finally:
        writer.close()
