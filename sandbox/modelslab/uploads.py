"""The routes of the shelf: pictures come in as base64 and are lent out for a day. Free of charge.

The moods of uploads are scripted apart from those of generations, and only these make sense: what
refuses, HTML_502_BUT_ACCEPTED, HANGS, RESETS and STRING_IDS. Any other one lets the picture in.
A turn's `first` bends the answer.
"""

import asyncio

from aiohttp import web

from sandbox.modelslab import replies
from sandbox.modelslab.desk import Answer, Desk, links_for
from sandbox.modelslab.files import not_found
from sandbox.modelslab.moods import Mood, as_turn
from sandbox.modelslab.reply import Json, Reply, bent, hang_up, send
from sandbox.modelslab.shelf import Shelf

#: Each address has a name of its own for the field.
FIELDS = {
    "/api/v6/base64_to_url": "base64_string",
    "/api/v6/image_editing/base64_to_url": "init_image",
}


def add_routes(app: web.Application, desk: Desk, shelf: Shelf) -> None:
    def take_in(field: str) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await _take_in(request, desk, shelf, field=field)

        return answer

    async def lend(request: web.Request) -> web.Response:
        upload = shelf.find(request.match_info["file"])
        if upload is None:
            return not_found()
        upload.calls += 1
        return web.Response(body=upload.content, content_type=upload.print.kind)

    for path, field in FIELDS.items():
        app.router.add_post(path, take_in(field))
    app.router.add_get("/temp/{file}", lend)


async def _take_in(
    request: web.Request, desk: Desk, shelf: Shelf, *, field: str
) -> web.StreamResponse:
    body = await desk.body(request)
    turn = as_turn(desk.upload_moods.popleft() if desk.upload_moods else Mood.PROCESSING)
    no = replies.refusal(turn, max_queued=desk.max_queued)
    if no is not None:
        return send(request, bent(no, turn.first))
    upload = await asyncio.to_thread(shelf.put, body, field)
    match turn.mood:
        case Mood.HTML_502_BUT_ACCEPTED:
            return send(request, replies.page(502, "502 Bad Gateway"))
        case Mood.HANGS:
            await desk.closing.wait()
            return hang_up(request)
        case Mood.RESETS:
            return hang_up(request)
    answer: Json = {
        "status": "success",
        "id": f"upload-{upload.id:x}" if turn.mood is Mood.STRING_IDS else upload.id,
        "output": [f"{links_for(request).origin}/temp/{upload.file}"],
    }
    return send(request, bent(Reply(200, answer), turn.first))
