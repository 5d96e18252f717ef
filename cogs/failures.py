"""Why a job ended without pictures, in the asker's words. Pure."""

from dataclasses import dataclass

from bot.domain.job import Job, Outcome, Verdict
from cogs.echo import echo

DETAIL_SIGNS = 240


@dataclass(frozen=True, slots=True)
class _Failure:
    """A title that names the class, the cause where nothing more exact is known, the next step."""

    title: str
    cause: str
    advice: str


_AT_THE_PICTURE = {
    Verdict.REFUSED: _Failure(
        "Request refused",
        "The image service did not accept the picture that was to be worked on.",
        "Take another picture.",
    ),
    Verdict.CONTENT: _Failure(
        "Refused by moderation",
        "The image service's moderation did not accept the picture that was to be worked on.",
        "Take another picture.",
    ),
    Verdict.FAILED: _Failure(
        "The image service failed",
        "It could not take the picture that was to be worked on.",
        "Try again, or take another picture.",
    ),
}
"""Where the job did not get further than that: its words had not been sent yet."""
_FAILURES = {
    Verdict.FLAGGED: _Failure(
        "Marked as unsafe",
        "The image service marked the result as unsafe; such pictures are shown in "
        "age-restricted channels only.",
        "Try other words.",
    ),
    Verdict.REFUSED: _Failure(
        "Request refused",
        "The image service did not accept the request.",
        "Change the prompt or the options.",
    ),
    Verdict.CONTENT: _Failure(
        "Refused by moderation",
        "The image service's moderation did not accept the prompt.",
        "Try other words.",
    ),
    Verdict.UNAVAILABLE: _Failure(
        "Model not available",
        "This model cannot be used here just now.",
        "Choose another `model`.",
    ),
    Verdict.FAILED: _Failure(
        "The image service failed",
        "It could not finish the job.",
        "Try again.",
    ),
    Verdict.TIMED_OUT: _Failure(
        "Out of time",
        "No result came in time.",
        "Try again later.",
    ),
    Verdict.UNCONFIRMED: _Failure(
        "No answer from the image service",
        "Its answer never came, so it could not be confirmed whether it took the job. "
        "The job was not sent twice.",
        "Try again.",
    ),
    Verdict.LOST: _Failure(
        "Result lost",
        "The image service finished, but what it made could not be downloaded.",
        "Try again.",
    ),
    Verdict.BROKEN: _Failure(
        "Something broke on our side",
        "Limner could not go on with it, however often it tried.",
        "Try again; if it lasts, tell whoever runs the bot.",
    ),
    Verdict.CANCELLED: _Failure(
        "Cancelled",
        "The job was taken out of line before it began.",
        "Ask again whenever you like.",
    ),
    # Its card is being deleted: this is for a look at the very moment.
    Verdict.ERASED: _Failure(
        "Erased",
        "Whoever asked for it had everything erased.",
        "There is nothing left of it.",
    ),
}


def failure(job: Job, outcome: Outcome, *, charged: int) -> list[str]:
    """Title and cause, what was charged and the next step, the job's number."""
    known = _known(job, outcome.verdict)
    cost = f"{charged} charged." if charged else "Nothing was charged."
    return [
        f"**{known.title}.** {_cause(job, outcome, known)}",
        f"{cost} {known.advice} · job {job.id}",
    ]


def title(verdict: Verdict) -> str:
    """The class of a failure in two or three words."""
    return _FAILURES[verdict].title


def _known(job: Job, verdict: Verdict) -> _Failure:
    was_sent = job.submitted_at is not None or job.request.source is None
    return _FAILURES[verdict] if was_sent else _AT_THE_PICTURE.get(verdict, _FAILURES[verdict])


def _cause(job: Job, outcome: Outcome, known: _Failure) -> str:
    if outcome.verdict is Verdict.TIMED_OUT and job.submitted_at and job.deadline_at:
        allowed_s = (job.deadline_at - job.submitted_at).total_seconds()
        return f"No result came within {_span(allowed_s)}."
    detail = echo(outcome.detail, limit=DETAIL_SIGNS)
    if not detail:
        return known.cause
    if outcome.verdict is Verdict.CANCELLED:
        # Our own words.
        return f"{known.cause.removesuffix('.')}: {detail}."
    # Their words say what; ours, in front of it, say who.
    return f"{known.cause} “{detail}”"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
    return f"{seconds / 60:.0f} minutes"
