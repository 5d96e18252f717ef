"""The websocket side: sessions, heartbeats, resume with replay, and ways to break it.

Announces what it is told to; never decides what happens on Discord.
"""

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from aiohttp import WSMsgType, web

from .errors import Json


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


HEARTBEAT_INTERVAL_MS = 41_250

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
_LONGEST_FRAME_BYTES = 4096
_REPLAY_KEPT = 2000
_SESSION_LOST = (4007, 4009)

HowToBreak = Literal["abort", "reconnect", "invalid", "invalid_resumable"] | int


@dataclass(eq=False)
class Session:
    """What a bot process identified as; outlives its socket until it ends or is invalidated."""

    id: str
    shard: int
    intents: int
    seq: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_REPLAY_KEPT))
    socket: web.WebSocketResponse | None = None
    _in_order: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def dispatch(self, event: str, payload: Json) -> None:
        """Send an event; without a socket it is kept for the resume."""
        async with self._in_order:
            self.seq += 1
            frame = json.dumps({"op": Op.DISPATCH, "t": event, "s": self.seq, "d": payload})
            self.sent.append((self.seq, frame))
            if self.socket is not None:
                with contextlib.suppress(ConnectionError):
                    await self.socket.send_str(frame)

    async def resume(self, socket: web.WebSocketResponse, *, after: int) -> None:
        """Go on with a new socket: what it missed comes first."""
        async with self._in_order:
            self.socket = socket
            for seq, frame in self.sent:
                if seq > after:
                    await socket.send_str(frame)


@dataclass(frozen=True)
class Greeting:
    """What a fresh session is told: READY's body, then these servers."""

    ready: Json
    guilds: list[Json]


class Gateway:
    """All sessions. `identifies` and `resumes` count, for tests that wait for them."""

    def __init__(
        self,
        *,
        token: str,
        shards: Callable[[], int],
        greet: Callable[[Session], Greeting],
        changed: Callable[[], None],
    ) -> None:
        self._token = token
        self._shards = shards
        self._greet = greet
        self._changed = changed
        self._sessions: dict[str, Session] = {}
        self._transports: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self.heartbeat_interval_ms = HEARTBEAT_INTERVAL_MS
        #: Sockets stay open, and nothing is said on them any more.
        self.is_dead = False

    @property
    def connected_shards(self) -> set[int]:
        return {session.shard for session in self._sessions.values() if session.socket is not None}

    @property
    def open_sessions(self) -> int:
        """Sessions that are connected or could still be resumed."""
        return len(self._sessions)

    async def announce(
        self, event: str, payload: Json, *, guild_id: int | None, intent: int | None = None
    ) -> None:
        """Tell every session of the right shard that asked for this kind of event."""
        shard = 0 if guild_id is None else (guild_id >> 22) % self._shards()
        for session in list(self._sessions.values()):
            if session.shard == shard and (intent is None or session.intents & intent):
                await session.dispatch(event, payload)

    async def break_connections(self, how: HowToBreak) -> None:
        """End all connections: a reset, op 7, op 9, or a close code."""
        for session in list(self._sessions.values()):
            connection = session.socket
            if connection is None:
                continue
            if how == "reconnect":
                await connection.send_json({"op": Op.RECONNECT, "d": None})
                continue
            if how == "invalid_resumable":
                await connection.send_json({"op": Op.INVALID_SESSION, "d": True})
                continue
            session.socket = None
            if how in ("invalid", *_SESSION_LOST):
                del self._sessions[session.id]
            if how == "invalid":
                await connection.send_json({"op": Op.INVALID_SESSION, "d": False})
            elif how == "abort":
                transport = self._transports[connection]
                assert transport is not None
                transport.abort()
            else:
                await connection.close(code=how)
        self._changed()

    async def close(self) -> None:
        self._sessions.clear()
        for connection in list(self._transports):
            await connection.close(code=1001)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        connection = web.WebSocketResponse(max_msg_size=1 << 20)
        await connection.prepare(request)
        self._transports[connection] = request.transport
        session: Session | None = None
        try:
            hello = {"heartbeat_interval": self.heartbeat_interval_ms}
            await connection.send_json({"op": Op.HELLO, "d": hello, "s": None, "t": None})
            async for frame in connection:
                if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                message = _parsed(frame.data)
                if message is None:
                    await connection.close(code=4002)
                    break
                session = await self._obey(connection, session, message)
        except ConnectionError:
            pass  # The bot is gone in the middle of a frame; its session waits for a resume.
        finally:
            self._leave(connection, session)
            del self._transports[connection]
        return connection

    async def _obey(
        self, connection: web.WebSocketResponse, session: Session | None, message: Json
    ) -> Session | None:
        match message.get("op"):
            case Op.HEARTBEAT:
                self.heartbeats += 1
                if self.is_dead:
                    return session
                await connection.send_json({"op": Op.HEARTBEAT_ACK})
            case Op.IDENTIFY if session is not None:
                await connection.close(code=4005)
            case Op.IDENTIFY:
                return await self._identify(connection, message["d"])
            case Op.RESUME:
                return await self._resume(connection, message["d"])
            case Op.PRESENCE_UPDATE | Op.VOICE_STATE_UPDATE | Op.REQUEST_GUILD_MEMBERS:
                if session is None:
                    await connection.close(code=4003)
            case _:
                await connection.close(code=4001)
        return session

    async def _identify(self, connection: web.WebSocketResponse, wish: Json) -> Session | None:
        shard, count = wish.get("shard") or (0, 1)
        refusal = self._refusal(wish, shard, count)
        if refusal:
            await connection.close(code=refusal)
            return None
        # A process that was killed leaves its session behind; nobody will resume it.
        for old in [s for s in self._sessions.values() if s.shard == shard and s.socket is None]:
            del self._sessions[old.id]
        session = Session(secrets.token_hex(16), shard, wish["intents"], socket=connection)
        greeting = self._greet(session)
        await session.dispatch("READY", greeting.ready)
        for guild in greeting.guilds:
            await session.dispatch("GUILD_CREATE", guild)
        self._sessions[session.id] = session
        self.identifies += 1
        self._changed()
        return session

    def _refusal(self, wish: Json, shard: int, count: int) -> int | None:
        if wish.get("token") != self._token:
            return 4004
        if not 0 <= shard < count:
            return 4010
        if count != self._shards():
            return 4011
        if wish["intents"] & _PRIVILEGED:
            return 4014
        return None

    async def _resume(self, connection: web.WebSocketResponse, wish: Json) -> Session | None:
        if wish.get("token") != self._token:
            await connection.close(code=4004)
            return None
        session = self._sessions.get(wish["session_id"])
        if session is None:
            await connection.send_json({"op": Op.INVALID_SESSION, "d": False})
            return None
        await session.resume(connection, after=wish["seq"])
        await session.dispatch("RESUMED", {})
        self.resumes += 1
        self._changed()
        return session

    def _leave(self, connection: web.WebSocketResponse, session: Session | None) -> None:
        if session is None or session.socket is not connection:
            return
        session.socket = None
        # A bot that says goodbye ends its session; any other end leaves it resumable.
        if connection.close_code in (1000, 1001):
            self._sessions.pop(session.id, None)
        self._changed()


def _parsed(data: str | bytes) -> Json | None:
    """A client's frame; None if it is too long or no JSON object."""
    if len(data) > _LONGEST_FRAME_BYTES:
        return None
    try:
        message = json.loads(data)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
