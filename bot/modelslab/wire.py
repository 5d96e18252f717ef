"""What is said to the vendor, and what its answers mean. Pure: values and bytes in, values out.

Every reader takes any bytes with any HTTP code and never raises. The body is believed before the
code, as the vendor says `error` with 200 and `processing` with anything.

What a submission's answer allows:

    Accepted, Finished   the vendor has the job
    Refused              it surely has not: the job may be posted again, or fails for good
    Unclear              it may have it: never posted again
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.job import VendorTicket
from bot.domain.request import ImageRequest
from bot.modelslab import complaint
from bot.modelslab.address import own_fetch_url
from bot.modelslab.body import Body, number, read_body, read_json, tidy
from bot.modelslab.complaint import Reason
from bot.modelslab.model import Generation, Model, Safety, Sizing
from bot.modelslab.redaction import redact

__all__ = [
    "Accepted",
    "Balance",
    "Call",
    "Finished",
    "Reason",
    "Refused",
    "StillRunning",
    "Unclear",
    "read_balance",
    "read_count",
    "read_fetch",
    "read_submission",
    "redact",
    "submission",
]

ERRORS = frozenset({"error", "failed", "failure", "fail"})
# A job refused for one of these goes back in line, and is posted again.
POSTED_AGAIN = frozenset({Reason.BUSY, Reason.CREDITS, Reason.KEY, Reason.DOWN})
# 4xx codes that do not tell whether the request was taken: time-out, conflict, too early, closed.
UNTELLING_CODES = frozenset({408, 409, 425, 499})
# A wait closes the bot for everybody: not for longer on the word of one answer.
RETRY_AFTER_MAX_S = 3600.0


@dataclass(frozen=True, slots=True)
class Call:
    """A POST: `path` below the API's base, and the body without the key."""

    path: str
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor took the job and works on it. `eta_s` is a hint."""

    ticket: VendorTicket
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The pictures are made; the ticket has their links. `seed` is the one that was used.

    What `read_fetch` gives has no family: an answer does not name the one it belongs to.
    """

    ticket: VendorTicket
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The pictures are not made yet."""

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
class Balance:
    """What is left in the owner's wallet; the amount is None where the answer had none."""

    amount: float | None
    currency: str = "USD"


def submission(
    model: Model, request: ImageRequest, *, prompt: str, negative: str, seed: int, track_id: str
) -> Call:
    """The POST that asks for `request`, with the style's words already in prompt and negative.

    `track_id` is a number written as text: some endpoints read it as one, some as the other.
    """
    body: dict[str, object] = {"prompt": prompt, "track_id": track_id}
    if model.generation is not Generation.REALTIME:
        body["model_id"] = model.id
    if negative and "negative" not in model.ignores:
        body["negative_prompt"] = negative
    if model.max_count > 1:
        body["samples"] = request.count
    if "seed" not in model.ignores:
        body["seed"] = seed
    body |= _shape(model, request) | _knobs(model, request) | _lora(model, request)
    if "enhance" not in model.ignores:
        # Never left out: the vendor's default is to rewrite the prompt.
        body["enhance_prompt"] = _switch(model, on=request.enhance)
    if model.safety is not Safety.OMITTED:
        body["safety_checker"] = model.safety.value
    return Call(model.generation.path, body)


def _shape(model: Model, request: ImageRequest) -> dict[str, object]:
    """Width and height, or the aspect: never both."""
    if model.sizing is Sizing.PIXELS and model.sizes:
        width_px, height_px = model.sizes[request.aspect]
        return {"width": width_px, "height": height_px}
    if model.sizing is Sizing.ASPECT:
        return {"aspect_ratio": request.aspect.value}
    return {}


def _knobs(model: Model, request: ImageRequest) -> dict[str, object]:
    knobs: dict[str, object] = {}
    if model.steps:
        steps = request.steps if request.steps is not None else model.steps.default
        if steps is not None:
            knobs["num_inference_steps"] = int(steps)
    if model.guidance:
        guidance = request.guidance if request.guidance is not None else model.guidance.default
        if guidance is not None:
            knobs["guidance_scale"] = guidance
    return knobs


def _lora(model: Model, request: ImageRequest) -> dict[str, object]:
    """The LoRA's id and strength as text, one strength for each of a list of ids."""
    if not request.lora or "lora" in model.ignores:
        return {}
    lora: dict[str, object] = {"lora_model": request.lora}
    if request.lora_strength is not None and "lora_strength" not in model.ignores:
        ids = request.lora.count(",") + 1
        lora["lora_strength"] = ",".join([f"{request.lora_strength:g}"] * ids)
    return lora


def _switch(model: Model, *, on: bool) -> object:
    """v6 wants "yes" or "no"; realtime refuses these and wants a boolean."""
    if model.generation is Generation.REALTIME:
        return on
    return "yes" if on else "no"


def read_submission(
    status: int, body: bytes, *, family: str, base_url: str
) -> Accepted | Finished | Refused | Unclear:
    """What the answer to a submission means. Refused is certain; every doubt is Unclear."""
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
    if said.links and (said.status == "success" or (silent and fine)):
        return Finished(
            VendorTicket(
                family=family,
                remote_id=ticket.remote_id,
                fetch_url=ticket.fetch_url,
                links=said.links,
                flagged=said.flagged,
            ),
            said.seed,
        )
    if said.status in ERRORS or (silent and not (fine and known)):
        return _refusal(status, said)
    if known:
        return Accepted(ticket, said.eta_s)
    if status == 429:
        return _refused(Reason.BUSY, said)
    return Unclear(said.message or f"HTTP {status}, and no id to ask by")


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


def read_fetch(status: int, body: bytes) -> Finished | StillRunning | Refused | Unclear:
    """What the answer to a fetch means. Of the refusals only FAILED and CONTENT end the job."""
    said = read_body(body)
    if said is None:
        return Refused(Reason.BUSY, "HTTP 429") if status == 429 else _unread(status)
    if said.links and (said.status == "success" or (said.status == "" and status < 400)):
        ticket = VendorTicket(
            family="", remote_id=said.remote_id, links=said.links, flagged=said.flagged
        )
        return Finished(ticket, said.seed)
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


def read_count(status: int, body: bytes) -> int | None:
    """How many requests stand in the account's queue, by `request_count`; None where unsaid."""
    value = read_json(body)
    if status >= 400 or not isinstance(value, dict) or value.get("status") in ERRORS:
        return None
    count = number(value.get("processing_count"))
    return int(count) if count is not None and count >= 0 else None


def _unread(status: int) -> Unclear:
    return Unclear(f"HTTP {status} without a readable answer")
