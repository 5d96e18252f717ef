"""What the vendor's answers mean. Pure: bytes in, values out. What is said to it is in `calls`.

Every reader takes any bytes with any HTTP code and never raises. The body is believed before the
code, as the vendor says `error` with 200 and `processing` with anything.

What a submission's answer allows:

    Accepted, Finished   the vendor has the job
    Refused              it surely has not: the job may be posted again, or fails for good
    Unclear              it may have it: never posted again
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.job import VendorTicket
from bot.domain.request import Kind
from bot.modelslab import complaint
from bot.modelslab.address import own_fetch_url
from bot.modelslab.body import Body, number, read_body, read_json, tidy
from bot.modelslab.complaint import Reason
from bot.modelslab.redaction import redact

__all__ = [
    "Accepted",
    "Balance",
    "Bell",
    "Finished",
    "Reason",
    "Refused",
    "StillRunning",
    "Unclear",
    "Uploaded",
    "read_balance",
    "read_bell",
    "read_count",
    "read_fetch",
    "read_submission",
    "read_upload",
    "redact",
    "wait_of",
]

ERRORS = frozenset({"error", "failed", "failure", "fail"})
# A job refused for one of these goes back in line, and is posted again.
POSTED_AGAIN = frozenset({Reason.BUSY, Reason.CREDITS, Reason.KEY, Reason.DOWN})
# 4xx codes that do not tell whether the request was taken: time-out, conflict, too early, closed.
UNTELLING_CODES = frozenset({408, 409, 425, 499})
# A wait closes the bot for everybody: not for longer on the word of one answer.
RETRY_AFTER_MAX_S = 3600.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor took the job and works on it. `eta_s` is a hint."""

    ticket: VendorTicket
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The work is done. The ticket has the links of the pictures; a description is `text` alone.

    `seed` is the one that was used. What `read_fetch` gives has no family: an answer does not
    name the one it belongs to.
    """

    ticket: VendorTicket
    seed: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The work is not done yet."""

    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The vendor said no, in its own words."""

    reason: Reason
    message: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer, or none that can be understood. After a fetch: ask again."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A picture of ours lies at the vendor for a day, at `url`: for the vendor alone to read."""

    url: str


@dataclass(frozen=True, slots=True)
class Bell:
    """What a webhook says of itself: the vendor's id of a job, and ours. Claims, not knowledge."""

    remote_id: str | None = None
    track_id: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left in the owner's wallet; the amount is None where the answer had none."""

    amount: float | None
    currency: str = "USD"


def read_submission(
    status: int, body: bytes, *, family: str, base_url: str, kind: Kind = Kind.IMAGINE
) -> Accepted | Finished | Refused | Unclear:
    """What the answer to a submission means. Refused is certain; every doubt is Unclear.

    `kind` tells what to look for: words where a picture is described, links elsewhere.
    """
    said = read_body(body)
    if said is None:
        return _unread_submission(status)
    ticket = VendorTicket(
        family=family,
        remote_id=said.remote_id,
        fetch_url=own_fetch_url(said.fetch_result, base_url),
        flagged=said.flagged,
    )
    known = ticket.remote_id is not None or ticket.fetch_url is not None
    silent = said.status == ""
    fine = status < 400 and not said.complains
    if (said.status == "success" or (silent and fine)) and (done := _done(ticket, said, kind)):
        return done
    if said.status in ERRORS or (silent and not (fine and known)):
        return _refusal(status, said)
    if known:
        return Accepted(ticket, said.eta_s)
    if status == 429:
        return _refused(Reason.BUSY, said)
    return Unclear(said.message or f"HTTP {status}, and no id to ask by")


def _done(ticket: VendorTicket, said: Body, kind: Kind) -> Finished | None:
    """What an answer that speaks of success brought; None where it brought nothing yet."""
    if kind is Kind.DESCRIBE:
        return Finished(ticket, said.seed, said.caption) if said.caption else None
    return Finished(replace(ticket, links=said.links), said.seed) if said.links else None


def _unread_submission(status: int) -> Refused | Unclear:
    match status:
        case 429:
            return Refused(Reason.BUSY, "HTTP 429")
        case 404:
            # The path depends on the kind of work and the model: trying again, this job would hold
            # up all the others.
            return Refused(Reason.NO_PATH, "HTTP 404")
        case _:
            return Unclear(f"HTTP {status} without a readable answer")


def _refusal(status: int, said: Body) -> Refused | Unclear:
    """What a complaint about a submission means."""
    reason = _reason(status, said)
    # With an id the vendor may work on it in spite of its words.
    if reason is None or (reason in POSTED_AGAIN and said.remote_id is not None):
        return Unclear(said.message or f"HTTP {status}")
    return _refused(reason, said)


def _reason(status: int, said: Body) -> Reason | None:
    """Why a submission was surely refused; None where it may have been taken."""
    in_words = complaint.of_text(said.message)
    official = said.status in ERRORS
    if status == 503:
        return in_words or Reason.DOWN
    if status >= 500:
        # A crash half-way looks like this, unless the vendor itself says what is wrong.
        return in_words if official else None
    if in_words:
        return in_words
    if complaint.says_unavailable(said.message):
        return Reason.DOWN
    if complaint.says_internal_error(said.message) or status in UNTELLING_CODES:
        return None
    if status == 404:
        return Reason.NO_PATH
    return complaint.of_code(status) or (Reason.FAILED if official or said.complains else None)


def _refused(reason: Reason, said: Body) -> Refused:
    wait_s = said.retry_after_s
    if wait_s is None:
        wait_s = complaint.wait_of_text(said.message)
    if wait_s is None or reason not in POSTED_AGAIN:
        return Refused(reason, said.message)
    return Refused(reason, said.message, min(wait_s, RETRY_AFTER_MAX_S))


def wait_of(refused: Refused, retry_after: str | None) -> float | None:
    """The wait that a refusal names, else that of its Retry-After header, in seconds.

    The vendor documents no such header; servers in front of it know no other way.
    """
    wait_s = number(retry_after)
    known = refused.retry_after_s is not None or refused.reason not in POSTED_AGAIN
    if known or wait_s is None or wait_s < 0:
        return refused.retry_after_s
    return min(wait_s, RETRY_AFTER_MAX_S)


def read_fetch(
    status: int, body: bytes, *, kind: Kind = Kind.IMAGINE
) -> Finished | StillRunning | Refused | Unclear:
    """What the answer to a fetch means. Of the refusals only FAILED and CONTENT end the job."""
    said = read_body(body)
    if said is None:
        return Refused(Reason.BUSY, "HTTP 429") if status == 429 else _unread(status)
    ticket = VendorTicket(family="", remote_id=said.remote_id, flagged=said.flagged)
    fine = said.status == "success" or (said.status == "" and status < 400)
    if fine and (done := _done(ticket, said, kind)):
        return done
    if said.status in ERRORS or said.status == "":
        return _fetch_refusal(status, said)
    if status == 429:
        return _refused(Reason.BUSY, said)
    return StillRunning(said.eta_s)


def _fetch_refusal(status: int, said: Body) -> StillRunning | Refused | Unclear:
    """What a complaint about a fetch means. A picture under way is not given up on a doubt."""
    reason = complaint.of_text(said.message) or complaint.of_code(status)
    if reason in (Reason.BUSY, Reason.KEY, Reason.CREDITS):
        return _refused(reason, said)
    if said.status not in ERRORS or status == 404 or reason is Reason.PLAN:
        return Unclear(said.message or f"HTTP {status}")
    if complaint.says_later(said.message):
        return StillRunning(said.eta_s)
    if said.status == "error" and reason is not Reason.CONTENT and _is_passing(status, said):
        return Unclear(said.message or f"HTTP {status}")
    return Refused(Reason.CONTENT if reason is Reason.CONTENT else Reason.FAILED, said.message)


def _is_passing(status: int, said: Body) -> bool:
    """Whether it is the asking that failed, not the job."""
    judges: tuple[Callable[[str], bool], ...] = (
        complaint.says_unavailable,
        complaint.says_internal_error,
    )
    return status >= 500 or any(judge(said.message) for judge in judges)


def read_upload(status: int, body: bytes) -> Uploaded | Refused | Unclear:
    """What the answer to an upload means. All of it may be asked again."""
    said = read_body(body)
    if said is None:
        # Too much for a server on the way: it will be again.
        return Refused(Reason.INVALID, "HTTP 413") if status == 413 else _unread_submission(status)
    failed = said.status in ERRORS or said.complains or status >= 400
    if said.links and not failed:
        return Uploaded(said.links[0])
    reason = _reason(status, said) if failed else None
    return _refused(reason, said) if reason else Unclear(said.message or f"HTTP {status}")


def read_balance(status: int, body: bytes) -> Balance | Refused | Unclear:
    """What the answer to `wallet_balance` means."""
    said, value = read_body(body), read_json(body)
    if said is None:
        return Refused(Reason.BUSY, "HTTP 429") if status == 429 else _unread(status)
    if said.status in ERRORS or status >= 400 or not isinstance(value, dict):
        reason = _reason(status, said)
        return _refused(reason, said) if reason else Unclear(said.message or f"HTTP {status}")
    inner = value.get("data")
    wallet = inner if isinstance(inner, dict) else value
    currency = wallet.get("currency")
    return Balance(
        amount=number(wallet.get("balance")),
        currency=tidy(currency)[:8] if isinstance(currency, str) and currency else "USD",
    )


def read_bell(body: bytes) -> Bell:
    """What a webhook claims. Its pictures, its success and its failure are not even looked at."""
    said, value = read_body(body), read_json(body)
    track_id = value.get("track_id") if isinstance(value, dict) else None
    known = isinstance(track_id, str | int) and not isinstance(track_id, bool)
    return Bell(
        remote_id=None if said is None else said.remote_id,
        track_id=str(track_id).strip() or None if known else None,
    )


def read_count(status: int, body: bytes) -> int | None:
    """How many requests stand in the account's queue, by `request_count`; None where unsaid."""
    said, value = read_body(body), read_json(body)
    if status >= 400 or not isinstance(value, dict) or said is None or said.status in ERRORS:
        return None
    count = number(value.get("processing_count"))
    return int(count) if count is not None and count >= 0 else None


def _unread(status: int) -> Unclear:
    return Unclear(f"HTTP {status} without a readable answer")
