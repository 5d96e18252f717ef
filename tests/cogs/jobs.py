"""Jobs, cards and deliveries made of whole cloth, for the tests of words and routes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.job import Card, Job, JobStatus, Outcome, Verdict
from bot.domain.request import ImageRequest, Kind, Requester
from bot.engine.courier import Delivery, Progress, Receipt

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANA, CHANNEL, SERVER = 111, 222, 333


def a_request(prompt: str = "a red fox", **options: Any) -> ImageRequest:
    return ImageRequest(prompt=prompt, **{"kind": Kind.IMAGINE, "model": "flux", **options})


def a_job(
    prompt: str = "a red fox",
    *,
    status: JobStatus = JobStatus.QUEUED,
    outcome: Outcome | None = None,
    deadline_s: float = 600,
    **options: Any,
) -> Job:
    return Job(
        id=17,
        status=JobStatus.SETTLED if outcome else status,
        request=a_request(prompt, **options),
        requester=Requester(user_id=ANA, guild_id=SERVER, channel_id=CHANNEL),
        seed=42,
        created_at=NOON,
        due_at=NOON,
        submitted_at=NOON,
        deadline_at=NOON + timedelta(seconds=deadline_s),
        outcome=outcome,
    )


def a_card(*, private: bool = False, message_id: int | None = 555) -> Card:
    return Card(
        job_id=17,
        private=private,
        token="token",
        token_expires_at=NOON + timedelta(minutes=15),
        file_limit_bytes=10_000_000,
        message_id=message_id,
    )


def a_delivery(
    verdict: Verdict = Verdict.PICTURES,
    *,
    prompt: str = "a red fox",
    detail: str = "",
    received: int | None = None,
    flagged: int = 0,
    left_today: int | None = 12,
    ignored: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    **options: Any,
) -> Delivery:
    if received is None:
        received = options.get("count", 1) if verdict is Verdict.PICTURES else 0
    outcome = Outcome(verdict=verdict, detail=detail, received=received, flagged=flagged)
    return Delivery(
        job=a_job(prompt, outcome=outcome, **options),
        card=a_card(),
        files=(),
        receipt=Receipt(charged=outcome.charged, left_today=left_today),
        ignored=ignored,
        notes=notes,
    )


def a_progress(**changes: Any) -> Progress:
    return Progress(**{"job": a_job(), "card": a_card(), **changes})
