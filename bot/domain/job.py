"""The job: one request from acceptance to delivery, and which step comes next.

    QUEUED ──▶ SUBMITTING ──▶ WAITING ──▶ SETTLED ──▶ DELIVERED
       │           │  ▲                      ▲
       │           │  └ back to QUEUED when the vendor surely took nothing
       │           └─────────────────────────┤ said no, or cannot be known
       └─────────────────────────────────────┘ cancelled while in line

Failure, refusal, time-out and cancel are outcomes that SETTLED carries.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.request import ImageRequest, Requester


class JobStatus(StrEnum):
    """Where on its way a job is."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    SETTLED = "settled"
    DELIVERED = "delivered"


MOVES: frozenset[tuple[JobStatus, JobStatus]] = frozenset(
    {
        (JobStatus.QUEUED, JobStatus.SUBMITTING),
        (JobStatus.QUEUED, JobStatus.SETTLED),
        (JobStatus.SUBMITTING, JobStatus.QUEUED),
        (JobStatus.SUBMITTING, JobStatus.WAITING),
        (JobStatus.SUBMITTING, JobStatus.SETTLED),
        (JobStatus.WAITING, JobStatus.SETTLED),
        (JobStatus.SETTLED, JobStatus.DELIVERED),
    }
)


class Verdict(StrEnum):
    """How a job ended."""

    PICTURES = "pictures"  # at least one picture stands in our store and may be shown
    DESCRIBED = "described"  # words came, where words were asked for
    FLAGGED = "flagged"  # pictures came, and none of them may be shown in that channel
    REFUSED = "refused"  # the vendor did not like the request
    CONTENT = "content"  # the vendor's moderation did not like the request
    UNAVAILABLE = "unavailable"  # the owner's plan does not include the model
    FAILED = "failed"  # the vendor tried and failed
    TIMED_OUT = "timed_out"  # no result before the deadline
    UNCONFIRMED = "unconfirmed"  # the answer to the submit never came
    LOST = "lost"  # the vendor made pictures that could not be fetched
    BROKEN = "broken"  # something of ours failed, again and again
    CANCELLED = "cancelled"  # withdrawn while in line
    ERASED = "erased"  # its asker had everything erased while the vendor worked on it


class Route(StrEnum):
    """By which way a finished job reached its asker."""

    REPLY = "reply"
    CHANNEL = "channel"
    DIRECT = "direct"
    KEPT = "kept"
    REMOVED = "removed"


class Step(StrEnum):
    """What the runner does next with a job."""

    SUBMIT = "submit"
    ABANDON = "abandon"
    CHECK = "check"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A verified picture in our own store. `position` counts from 1, as people do."""

    position: int
    sha256: str
    mime: str
    width_px: int
    height_px: int
    size_bytes: int
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The small picture that stands for a job's result, in our own store.

    It is `flagged` where any picture on it is.
    """

    sha256: str
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended: the verdict, the vendor's or our own words, and what was received.

    `received` counts pictures that were downloaded and verified; `flagged` those among them that
    the vendor marked and that may not be shown; only `charged` counts against a quota. `taken_s` is
    how long the vendor took, where it was looked for; see `schedule.taken_s`.
    """

    verdict: Verdict
    detail: str = ""
    received: int = 0
    flagged: int = 0
    taken_s: float | None = field(default=None, compare=False)

    @property
    def charged(self) -> int:
        """Pictures that the quota is charged for."""
        return self.received - self.flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorTicket:
    """How to ask the vendor about an accepted job, and what it already told us.

    `links` are result links from an answer that came with the acceptance.
    """

    family: str
    remote_id: str | None
    fetch_url: str | None = None
    links: tuple[str, ...] = ()
    flagged: bool = False

    @property
    def is_nameless(self) -> bool:
        """Whether there is nothing to ask the vendor by."""
        return self.remote_id is None and self.fetch_url is None and not self.links


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as the belt holds it. Moving it makes a new one. Times are aware UTC.

    `rang_at` is when the vendor's doorbell rang last, and `claim` the vendor's id that it named.
    What a `withheld` job brings is kept and not posted; of an `erased` one nothing is kept.
    """

    id: int
    status: JobStatus
    request: ImageRequest
    requester: Requester
    seed: int
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    returned: bool = False
    withheld: bool = False
    erased: bool = False
    submitted_at: datetime | None = None
    deadline_at: datetime | None = None
    ticket: VendorTicket | None = None
    rang_at: datetime | None = None
    claim: str | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None
    route: Route | None = None
    message_id: int | None = None

    @property
    def is_over(self) -> bool:
        return self.status in (JobStatus.SETTLED, JobStatus.DELIVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The one message that stands for a job.

    `message_id` is known once Discord has answered; `token` edits the reply until
    `token_expires_at`. `file_limit_bytes` is the upload limit where the card stands.
    """

    job_id: int
    private: bool
    token: str | None
    token_expires_at: datetime | None
    file_limit_bytes: int
    message_id: int | None = None
    first_try_at: datetime | None = None


def next_step(status: JobStatus) -> Step | None:
    """Which step moves a job of this status on; None at the end of the belt.

    A job found SUBMITTING belongs to no living step: its answer is lost.
    """
    match status:
        case JobStatus.QUEUED:
            return Step.SUBMIT
        case JobStatus.SUBMITTING:
            return Step.ABANDON
        case JobStatus.WAITING:
            return Step.CHECK
        case JobStatus.SETTLED:
            return Step.DELIVER
        case JobStatus.DELIVERED:
            return None
