"""Serves the pictures of finished jobs, and the troubles a download can meet. Never makes them."""

import asyncio
import re

from aiohttp import web

from sandbox.modelslab.jobs import Job
from sandbox.modelslab.moods import Mood
from sandbox.modelslab.reply import Reply, bent, send

NAME = re.compile(r"(?P<name>[0-9a-f-]{36})-(?P<index>\d)\.png")
_CHUNK = bytes(64 * 1024)
_NOT_FOUND = "<!DOCTYPE html><html><body><h1>404 - Object not found</h1></body></html>"


async def serve(
    request: web.Request, job: Job, index: int, closing: asyncio.Event
) -> web.StreamResponse:
    """One picture of a job, as the job's mood has it. 404 before it is ready."""
    if job.state != "success" or index >= job.picture_count:
        return not_found()
    calls = job.file_calls[index] = job.file_calls.get(index, 0) + 1
    png = job.pictures[index]
    match job.turn.mood:
        case Mood.RESULT_404:
            return not_found()
        case Mood.RESULT_404_FOR_A_WHILE if calls <= job.turn.times:
            return not_found()
        case Mood.RESULT_HTML:
            return web.Response(
                text="<!DOCTYPE html><html>Not yet</html>", content_type="text/html"
            )
        case Mood.RESULT_TRUNCATED:
            return web.Response(body=png[: len(png) // 2], content_type="image/png")
        case Mood.RESULT_CUT_OFF:
            return await _cut_off(request, png)
        case Mood.RESULT_TOO_BIG:
            return await _endless(request, png, closing)
    lies = job.turn.mood is Mood.RESULT_LIES_TYPE
    whole = Reply(200, png, "text/html" if lies else "image/png")
    reply = bent(whole, job.turn.file, calls)
    if reply is whole:
        job.served[index] = png
    return send(request, reply)


def not_found() -> web.Response:
    return web.Response(status=404, text=_NOT_FOUND, content_type="text/html")


async def _cut_off(request: web.Request, png: bytes) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "image/png"
    response.content_length = len(png)
    await response.prepare(request)
    await response.write(png[: len(png) // 2])
    response.force_close()
    if request.transport is not None:
        request.transport.close()
    return response


async def _endless(request: web.Request, png: bytes, closing: asyncio.Event) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "image/png"
    await response.prepare(request)
    await response.write(png)
    while not closing.is_set():
        await response.write(_CHUNK)
        await asyncio.sleep(0)
    return response
