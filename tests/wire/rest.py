"""One REST request from socket to answer: faults, token, limits, body, OpenAPI file, handler.

Knows no route's meaning; `account`, `channels`, `answering` and `webhooks` do.
"""

import json
import socket
import struct
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import account, answering, channels, servers, webhooks
from .bodies import Body, read_body
from .errors import ApiError, FormProblem
from .faults import Fault
from .ratelimits import too_many
from .routing import Answer, Call, Routes
from .spec import Operation

if TYPE_CHECKING:
    from .core import Core

API = "/api/v10"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
ROUTES: Routes = {
    **account.ROUTES,
    **channels.ROUTES,
    **servers.ROUTES,
    **webhooks.ROUTES,
    ("POST", _CALLBACK): answering.create_interaction_response,
}


@dataclass(frozen=True)
class Seen:
    """A request that arrived, for tests that count them. `status` 0: the connection was broken."""

    method: str
    template: str
    path: str
    at_s: float
    status: int
    body: Any = None


class Rest:
    def __init__(self, core: "Core") -> None:
        self._core = core

    async def answer(self, request: web.Request) -> web.StreamResponse:
        core = self._core
        method, path = request.method, request.path.removeprefix(API)
        at_s = time.perf_counter()
        operation = core.spec.match(method, path)
        if operation is None or (method, operation.template) not in ROUTES:
            known = "not one of Discord's" if operation is None else "not one this stand-in has"
            core.violate(f"{method} {path}: {known}")
            return _bytes(404, ApiError(0).body())
        await core.faults.wait(method, path, after_processing=False)
        fault = core.faults.strike(method, path, after_processing=False)
        body = Body()
        if fault is None:
            response, body = await self._carry_out(request, operation)
            await core.faults.wait(method, path, after_processing=True)
            fault = core.faults.strike(method, path, after_processing=True)
        if fault is not None:
            response = _struck(request, fault)
        response.headers["Date"] = formatdate(core.clock.epoch_s(), usegmt=True)
        status = 0 if fault is not None and fault.status == "reset" else response.status
        core.requests.append(Seen(method, operation.template, path, at_s, status, body.json))
        core.changed()
        return response

    async def _carry_out(
        self, request: web.Request, operation: Operation
    ) -> tuple[web.Response, Body]:
        core = self._core
        headers: dict[str, str] = {}
        body = Body()
        try:
            if operation.template.startswith("/webhooks/"):
                verdict = core.buckets.take(operation.params["webhook_token"])
                headers = verdict.headers()
                if verdict.is_refused:
                    core.ratelimited += 1
                    text, more = too_many(verdict.reset_after_s, via=True)
                    return self._checked(operation, Answer(429, text), {**headers, **more}), body
            elif operation.template != _CALLBACK and not self._has_bot_token(request):
                raise ApiError(40001)
            body = await read_body(request, file_limit_bytes=core.upload_limit_bytes)
            self._hold_against_spec(operation, body)
            handler = ROUTES[operation.method, operation.template]
            answer = await handler(core, Call(operation, request.query, body))
        except ApiError as error:
            if error.is_violation:
                told = "; ".join(map(str, error.problems)) or error.message
                core.violate(f"{operation}: {told}")
            answer = Answer(error.status, error.body())
        return self._checked(operation, answer, headers), body

    def _has_bot_token(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bot {self._core.token}"

    def _hold_against_spec(self, operation: Operation, body: Body) -> None:
        if len(body.uploads) > 10:
            raise ApiError(30015, is_violation=True)
        problems = self._core.spec.request_problems(
            operation, body.json, multipart=body.is_multipart
        )
        if problems:
            raise ApiError(50035, problems=problems, is_violation=True)

    def _checked(
        self, operation: Operation, answer: Answer, headers: dict[str, str]
    ) -> web.Response:
        """The answer in bytes; what the stand-in itself gets wrong is a violation too."""
        for problem in self._core.spec.answer_problems(operation, answer.status, answer.body):
            self._core.violate(f"own answer {answer.status} to {operation}: {problem}")
        return _bytes(answer.status, answer.body, headers)


def _struck(request: web.Request, fault: Fault) -> web.Response:
    if fault.status == "reset":
        _break_connection(request)
        return web.Response(status=500)
    if fault.status == 429:
        body, headers = too_many(fault.retry_after_s, via=fault.via, is_global=fault.is_global)
        return _bytes(429, body, headers)
    problem = FormProblem((), "FAULT", f"injected {fault.status}")
    return _bytes(fault.status, {"message": problem.message, "code": fault.code})


def _break_connection(request: web.Request) -> None:
    """Close so that the client sees a reset, not a tidy end."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _bytes(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """Discord's content type is bare; with a charset discord.py would take the body for text."""
    if body is None:
        return web.Response(status=status, headers=headers)
    content = json.dumps(body).encode()
    bare = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(status=status, body=content, headers=bare)
