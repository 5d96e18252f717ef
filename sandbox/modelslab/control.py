"""Strings to pull from another process: read the book, set moods, hold and release.

GET /_book; POST /_mood {"mood": "html_502", "default": false, "times": 3, "bell": "early", ...};
POST /_hold; POST /_release {"count": 1}. Whatever reaches the port may pull them: never expose it.
"""

import json
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.modelslab.moods import Bell, Mood, Tale, Turn

if TYPE_CHECKING:
    from sandbox.modelslab.server import Vendor


def add_routes(app: web.Application, vendor: "Vendor") -> None:
    async def book(_: web.Request) -> web.Response:
        jobs = [
            {
                "id": job.id,
                "endpoint": job.endpoint,
                "body": job.body,
                "accepted_at": job.accepted_at.isoformat(),
                "state": job.state,
                "seed": job.seed,
                "fetches": job.fetches,
                "served": sorted(job.served),
                "input_bytes": {role: len(content) for role, content in job.inputs.items()},
            }
            for job in vendor.book
        ]
        counts = {
            "posts": vendor.posts,
            "accepted": vendor.accepted,
            "queued": vendor.queued,
            "uploads": len(vendor.uploads),
        }
        bells = [
            {
                "job_id": rung.job_id,
                "path": rung.path,
                "status": rung.status,
                "error": rung.error,
                "rung_at": rung.rung_at.isoformat(),
            }
            for rung in vendor.bells
        ]
        return web.json_response({**counts, "jobs": jobs, "bells": bells})

    async def mood(request: web.Request) -> web.Response:
        asked = await _object(request)
        try:
            turn = _turn(asked)
        except ValueError as mistake:
            body = {
                "mistake": str(mistake),
                "moods": list(Mood),
                "bells": list(Bell),
                "tales": list(Tale),
            }
            return web.json_response(body, status=400)
        if asked.get("default"):
            vendor.default_mood = turn
        else:
            vendor.next(turn)
        return web.Response(status=204)

    async def hold(_: web.Request) -> web.Response:
        vendor.hold()
        return web.Response(status=204)

    async def release(request: web.Request) -> web.Response:
        count = (await _object(request)).get("count")
        vendor.release(count if isinstance(count, int) else None)
        return web.Response(status=204)

    app.router.add_get("/_book", book)
    app.router.add_post("/_mood", mood)
    app.router.add_post("/_hold", hold)
    app.router.add_post("/_release", release)


async def _object(request: web.Request) -> dict[str, object]:
    raw = await request.read()
    if not raw:
        return {}
    try:
        asked = json.loads(raw)
    except ValueError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest(text="not a JSON object")
    return asked


def _turn(asked: dict[str, object]) -> Turn:
    """Raises ValueError for an unknown mood, bell or tale and for particulars of the wrong type."""
    status, times = asked.get("status"), asked.get("times", 3)
    retry_after = asked.get("retry_after", 30)
    if not (
        isinstance(times, int)
        and (status is None or isinstance(status, int))
        and (retry_after is None or isinstance(retry_after, int))
    ):
        raise ValueError("status, times and retry_after are whole numbers")
    mood = Mood(str(asked.get("mood")))
    return mood(
        message=asked.get("message"),
        status=status,
        retry_after=retry_after,
        times=times,
        bell=Bell(str(asked.get("bell", Bell.WHEN_READY))),
        tale=Tale(str(asked.get("tale", Tale.TRUE))),
    )
