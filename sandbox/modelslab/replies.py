"""The shapes of the vendor's answers, field by field as documented or recorded. Decides nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Literal

from sandbox.modelslab.endpoints import EDITING
from sandbox.modelslab.fields import Refused
from sandbox.modelslab.jobs import Job
from sandbox.modelslab.moods import Mood, Turn
from sandbox.modelslab.reply import Json, Reply

#: Where a caption lies in the answer. The schema says: in the list `output`; others look further.
WordsIn = Literal["output", "output_text", "meta", "caption", "description", "text"]

WAIT_A_WHILE = "Try to fetch request after seconds estimated"
TRY_AGAIN = "try again later."
TIP = "Get faster generations with a dedicated plan. (The stand-in's plan is always free.)"
#: What is longer than any address is not echoed.
ECHO_MAX_CHARS = 2000
QUEUE_FULL = "Rate limit exceeded. Maximum {limit} queued requests allowed."
NO_CREDITS = "Insufficient credits. Please add more credits to continue."
BAD_KEY = "Invalid API key"


@dataclass(frozen=True)
class Links:
    """Where the server stands, as the asking client sees it, and what lies there."""

    origin: str

    def pictures(self, job: Job) -> list[str]:
        return [
            f"{self.origin}/generations/{job.name}-{index}.png"
            for index in range(job.picture_count)
        ]

    def fetch(self, job: Job) -> str:
        return f"{self.origin}/api/{job.family}/fetch/{job.fetch_id}"


def error(message: object, *, spelling: str = "message") -> Json:
    return {"status": "error", spelling: message}


def refused(refusal: Refused) -> Reply:
    body = error(refusal.message)
    if refusal.retry_after_s is not None:
        body["retry_after"] = refusal.retry_after_s
    return Reply(refusal.status, body)


def page(status: int, title: str) -> Reply:
    """What a proxy in front of the vendor shows instead of JSON."""
    title = escape(title)
    html = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center><hr><center>stand-in</center></body></html>"
    )
    return Reply(status, html)


def refusal(turn: Turn, *, max_queued: int) -> Reply | None:
    """The answer of a mood that refuses, or None where the mood lets the request in."""
    if turn.mood in (Mood.HTML_200, Mood.HTML_502):
        status, title = _PAGES[turn.mood]
        return page(turn.status or status, title)
    if turn.mood not in _ERRORS:
        return None
    status, message = _ERRORS[turn.mood]
    if isinstance(message, str):
        message = message.format(limit=max_queued)
    spelling = "messege" if turn.mood is Mood.ERROR_MESSEGE else "message"
    body = error(message if turn.message is None else turn.message, spelling=spelling)
    if turn.mood is Mood.BUSY_429 and turn.retry_after is not None:
        body["retry_after"] = turn.retry_after
    return Reply(turn.status or status, body)


_PAGES = {
    Mood.HTML_200: (200, "Just a moment..."),
    Mood.HTML_502: (502, "502 Bad Gateway"),
}
_ERRORS: Mapping[Mood, tuple[int, str | Mapping[str, list[str]]]] = {
    Mood.ERROR_200: (200, "Something went wrong while creating the image."),
    Mood.ERROR_4XX: (400, "height must be divisible by 8"),
    Mood.ERROR_MESSEGE: (200, "prompt is required"),
    Mood.ERROR_DICT: (
        422,
        {
            "prompt": ["The prompt field is required."],
            "samples": ["samples must be between 1 and 4"],
        },
    ),
    Mood.BUSY_429: (429, QUEUE_FULL),
    Mood.BUSY_TEXT: (200, QUEUE_FULL),
    Mood.NO_CREDITS: (402, NO_CREDITS),
    Mood.NO_CREDITS_TEXT: (200, NO_CREDITS),
    Mood.BAD_KEY: (401, BAD_KEY),
    Mood.PLAN_TOO_SMALL: (403, "This feature requires a premium subscription"),
    Mood.MODERATION: (200, "The prompt was blocked by the provider's content moderation policy."),
    Mood.JSON_500: (500, "Internal server error. Please try again."),
    Mood.JSON_503: (503, "Service temporarily unavailable. Please try again later."),
}


def processing(job: Job, links: Links, *, fetch_result: str, eta_s: float) -> Json:
    """The first answer to an accepted job that takes a while."""
    old = job.turn.mood is Mood.OLD_SHAPES
    # The editing tools' schema wants whole seconds.
    eta: float = math.ceil(eta_s) if job.family == EDITING else eta_s
    reply: Json = {
        "status": "queued" if job.turn.mood is Mood.QUEUED else "processing",
        "tip": TIP,
        "tip_1": "You can fetch the result with the fetch API.",
        "eta": eta,
        "messege" if old else "message": WAIT_A_WHILE,
        "webhook_status": "",
        "fetch_result": fetch_result,
        "id": job.id,
        "output": "" if old else [],
        "meta": _meta(job),
        "future_links": links.pictures(job),
    }
    if not old:
        reply["proxy_links"] = []
    return reply


def success(job: Job, links: Links, *, generation_s: float | None = None) -> Json:
    """Pictures. `generation_s` is known to the first answer only, as with the vendor."""
    pictures = links.pictures(job)
    old = job.turn.mood is Mood.OLD_SHAPES
    reply: Json = {
        "status": "success",
        "id": job.id,
        "output": pictures,
        "proxy_links": {str(n): link for n, link in enumerate(pictures)} if old else pictures,
        "nsfw_content_detected": _flag(job),
        "webhook_status": "",
        "meta": _meta(job),
        "tip": TIP,
    }
    if generation_s is not None:
        reply["generationTime"] = round(generation_s, 3)
    return reply


def success_without_pictures(job: Job) -> Json:
    return {"status": "success", "id": job.id, "output": [], "proxy_links": [], "meta": _meta(job)}


def success_minimal(job: Job, links: Links) -> Json:
    return {"status": "success", "id": job.id, "output": links.pictures(job)}


def in_words(reply: Json, words: str, place: WordsIn) -> Json:
    """An answer with success, and with the words in place of pictures."""
    output: list[str] = []
    match place:
        case "output":
            return {**reply, "output": [words]}
        case "output_text":
            return {**reply, "output": words}
        case "meta":
            meta = reply.get("meta")
            known = meta if isinstance(meta, dict) else {}
            return {**reply, "output": output, "meta": {**known, "caption": words}}
    return {**reply, "output": output, place: words}


def still_processing(job: Job) -> Json:
    """The fetch answer while a job runs: neither id nor eta, and in v7 the recorded old form."""
    word = "queued" if job.turn.mood is Mood.QUEUED else "processing"
    if job.family == EDITING and job.turn.mood is not Mood.OLD_SHAPES:
        return {"status": word, "message": TRY_AGAIN, "output": "", "tip": TIP}
    if job.family.startswith("v6") and job.turn.mood is not Mood.OLD_SHAPES:
        return {"status": word, "message": TRY_AGAIN, "output": [], "tip": TIP}
    return {"status": word, "messege": TRY_AGAIN, "output": "", "tip": TIP}


def failed(job: Job) -> Json:
    """What the fetch says of a failure."""
    reply = rung_failure(job)
    return error(reply["message"]) if job.turn.mood is Mood.ERROR_LATER else reply


def rung_failure(job: Job) -> Json:
    """What the webhook is told of a failure."""
    text = "Processing failed: Invalid input dimensions"
    message = text if job.turn.message is None else job.turn.message
    return {"status": "failed", "id": job.id, "message": message, "track_id": track_id_of(job)}


def rung_success(job: Job, links: Links) -> Json:
    """What the webhook is told of pictures: these six fields, says the page on webhooks.

    Inferred: that the time includes the wait in the line.
    """
    return {
        "status": "success",
        "id": job.id,
        "output": links.pictures(job),
        "generationTime": round((datetime.now(UTC) - job.accepted_at).total_seconds(), 3),
        "track_id": track_id_of(job),
        "meta": _meta(job),
    }


def track_id_of(job: Job) -> object:
    """As it was given, a string or a number. Inferred: an empty one where none was."""
    return job.body.get("track_id", "")


def _flag(job: Job) -> object:
    if job.turn.mood is Mood.NSFW_LIST:
        return [job.flagged] * max(1, job.picture_count)
    return job.flagged


def _meta(job: Job) -> Json:
    """An echo of the parameters. Its id is a string even where the job's own is a number."""
    order = job.order
    if order.wish is not None and not order.wish.paints:
        return {
            **{name: value for name, value in job.body.items() if len(str(value)) < ECHO_MAX_CHARS},
            "seed": job.seed,
            "file_prefix": f"{job.name}-0.png",
            "id": str(job.id),
        }
    if job.turn.mood is Mood.OLD_SHAPES:
        return {
            "prompt": order.prompt,
            "model_id": order.model.id,
            "W": str(order.width_px),
            "H": str(order.height_px),
            "n_samples": str(order.samples),
            "steps": str(order.steps),
            "guidance_scale": order.guidance,
            "seed": str(job.seed),
            "safety_checker": "yes" if order.veil else "no",
            "id": str(job.id),
        }
    started_from: Json = {}
    if order.wish is not None:
        started_from = {
            name: job.body[name] for name in ("init_image", "mask_image") if name in job.body
        }
        started_from["strength"] = order.wish.strength
    return {
        **started_from,
        "prompt": order.prompt,
        "negative_prompt": order.negative,
        "model_id": order.model.id,
        "width": order.width_px,
        "height": order.height_px,
        "n_samples": order.samples,
        "num_inference_steps": order.steps,
        "guidance_scale": order.guidance,
        "scheduler": order.scheduler,
        "seed": job.seed,
        "safety_checker": "yes" if order.veil else "no",
        "file_prefix": f"{job.name}-0.png",
        "id": str(job.id),
    }
