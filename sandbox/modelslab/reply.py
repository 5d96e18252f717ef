"""One answer yet to be sent, how a script may bend it, and how it is sent. Decides nothing."""

import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Reply:
    """An answer yet to be sent: JSON for an object or a list, HTML for text, bytes as they are.

    `kind` is its content type where that is not the body's own.
    """

    status: int
    body: Json | list[object] | str | bytes
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


#: What becomes of an answer: the one that the mood has, and how often it was asked for by now.
#: None drops the connection.
Bend: TypeAlias = Callable[[Reply, int], Reply | None]


def bent(reply: Reply, bend: Bend | None, times: int = 1) -> Reply | None:
    """The answer as the script wants it, asked for so often, this time included."""
    return reply if bend is None else bend(reply, times)


def respond(reply: Reply) -> web.Response:
    match reply.body:
        case bytes(content):
            kind, charset = "application/octet-stream", None
        case str(text):
            content, kind, charset = text.encode(), "text/html", "utf-8"
        case value:
            content, kind, charset = json.dumps(value).encode(), "application/json", "utf-8"
    return web.Response(
        status=reply.status,
        body=content,
        content_type=reply.kind or kind,
        charset=charset,
        headers=reply.headers,
    )


def send(request: web.Request, reply: Reply | None) -> web.Response:
    """The answer, or a dropped connection where there is none."""
    return hang_up(request) if reply is None else respond(reply)


def hang_up(request: web.Request) -> web.Response:
    """Drop the connection with a reset and no answer."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # Lingering for zero seconds makes the kernel send RST instead of a polite FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
