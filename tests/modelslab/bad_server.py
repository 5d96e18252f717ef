"""A small server over real sockets that answers as it is told, well-behaved or not."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Request:
    head: str
    body: bytes

    @property
    def target(self) -> str:
        return self.head.split(" ", 2)[1]


@dataclass
class Exchange:
    """One request on its connection, and the ways to treat it."""

    request: Request
    writer: asyncio.StreamWriter
    closed: asyncio.Event

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, body: bytes | object, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """A correct answer that keeps the connection open."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"Content-Length": str(len(content)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await self.raw(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content)

    def reset(self) -> None:
        reset(self.writer)

    async def hang(self) -> None:
        await self.closed.wait()


Script = Callable[[Exchange], Awaitable[None]]


def reset(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    # Lingering for zero seconds makes the kernel send a reset.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class BadServer:
    """Runs `script` for each request. `greet` treats a connection before anything is read."""

    script: Script
    greet: Callable[[asyncio.StreamWriter], None] | None = None
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    _closed: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed.set()
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if self.greet is not None:
                self.greet(writer)
            while not writer.is_closing():
                request = await _read_request(reader)
                self.requests.append(request)
                await self.script(Exchange(request, writer, self._closed))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone, which is what some tests are about
        finally:
            self._tasks.discard(task)
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = 0
    for line in head.splitlines():
        if line.lower().startswith("content-length:"):
            length = int(line.split(":", 1)[1])
    return Request(head, await reader.readexactly(length))
