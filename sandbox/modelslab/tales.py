"""What a bell tells, true or not, as the bytes of its body. Rings nothing.

No document states the content type; JSON is inferred, because the vendor's examples parse it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.modelslab import replies
from sandbox.modelslab.jobs import Job
from sandbox.modelslab.moods import Mood, Tale
from sandbox.modelslab.replies import Links, WordsIn
from sandbox.modelslab.reply import Json

JSON, HTML = "application/json", "text/html"
HUGE_BYTES = 10 * 1024 * 1024
WILL_FAIL = frozenset({Mood.FAILED_LATER, Mood.ERROR_LATER})


@dataclass(frozen=True)
class Letter:
    """A body and its content type."""

    content: bytes
    kind: str = JSON


def letter(
    job: Job, tale: Tale, *, book: Sequence[Job], stranger_url: str, words_in: WordsIn
) -> Letter:
    """What the bell of a job says. `book` is where other jobs are found."""
    body = _body(job, tale, words_in)
    match tale:
        case Tale.WRONG_TRACK_ID:
            body["track_id"] = _another(body["track_id"])
        case Tale.OTHER_JOB:
            body["id"] = _other_id(job, book)
        case Tale.FORGED_LINKS:
            body["output"] = Links(stranger_url).pictures(job)
        case Tale.NOT_JSON:
            return Letter(b"status=success&id=" + str(job.id).encode())
        case Tale.HTML:
            return Letter(str(replies.page(200, "Just a moment...").body).encode(), HTML)
        case Tale.LIST:
            return Letter(json.dumps([body]).encode())
        case Tale.HUGE:
            body["padding"] = "x" * HUGE_BYTES
    return Letter(json.dumps(body).encode())


def _body(job: Job, tale: Tale, words_in: WordsIn) -> Json:
    # A failure has no addresses that could be forged.
    fails = job.turn.mood in WILL_FAIL and tale not in (Tale.SUCCESS, Tale.FORGED_LINKS)
    if fails or tale is Tale.FAILURE:
        return replies.rung_failure(job)
    body = replies.rung_success(job, Links(job.origin))
    return replies.in_words(body, job.words, words_in) if job.speaks else body


def _another(track_id: object) -> object:
    if isinstance(track_id, int):
        return track_id + 1
    text = str(track_id or "")
    return str(int(text) + 1) if text.isdecimal() else f"{text}1"


def _other_id(job: Job, book: Sequence[Job]) -> int | str:
    """The newest other job's, one that is fetched at the same place before any other."""
    others = [other for other in reversed(book) if other is not job]
    neighbours = [other for other in others if other.family == job.family]
    if others:
        return (neighbours or others)[0].id
    # Ids go up, so that nobody has the one below the first.
    return job.id - 1 if isinstance(job.id, int) else f"{job.id}-1"
