"""Looks at the owner's account at ModelsLab: key, wallet, queue. Buys nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.checkup import Finding, clock_ahead_s, note, ok, sick, unseen
from bot.modelslab.client import Answer, ModelsLab
from bot.modelslab.complaint import Reason
from bot.modelslab.wire import Balance, Refused, Unclear, read_count

OWN_BASE = "https://modelslab.com/api"
DASHBOARD = "https://modelslab.com/dashboard"
REQUEST_COUNT = "v6/processing/request_count"
PLANS = "5, 10 or 15"
LARGEST_PLAN = 15
LOW_PICTURES = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """What ModelsLab told, and how far our clock is ahead of its; None where it said nothing."""

    findings: tuple[Finding, ...]
    clock_ahead_s: float | None
    answers: bool


async def visit(
    vendor: ModelsLab, *, max_queued: int, price_usd: float, now: Callable[[], datetime]
) -> Visit:
    """Everything about the account that ModelsLab answers to its key."""
    balance = await vendor.balance()
    if not isinstance(balance, Balance):
        return Visit((trouble(balance),), None, answers=False)
    findings = [ok("key", "ModelsLab knows it"), wallet(balance, price_usd=price_usd)]
    answer = await vendor.ask(REQUEST_COUNT, {})
    heard = answer if isinstance(answer, Answer) else None
    count = read_count(heard.status, heard.body) if heard else None
    findings += [queue(count, max_queued), plan(max_queued)]
    return Visit(tuple(findings), clock_ahead_s(heard.date, now()) if heard else None, answers=True)


def trouble(said: Refused | Unclear) -> Finding:
    """Why the wallet could not be asked."""
    match said:
        case Refused(reason=Reason.KEY):
            return sick(
                "key",
                "ModelsLab refuses it",
                f"Copy the API key again from {DASHBOARD} into MODELSLAB_API_KEY.",
            )
        case Refused(reason=Reason.CREDITS):
            return _no_credits()
        case Refused(reason=Reason.BUSY):
            return unseen("key", "ModelsLab is too busy to say: look again in a minute")
        case _:
            return sick(
                "modelslab",
                f"ModelsLab cannot be reached: {said.message or 'it says nothing'}",
                "Look whether this machine is online, at https://modelslab.com/status, and at "
                "MODELSLAB_BASE_URL.",
            )


def wallet(balance: Balance, *, price_usd: float) -> Finding:
    """What is left, in money and in pictures."""
    if balance.amount is None:
        return unseen("wallet", "ModelsLab did not say what is left")
    left = f"{balance.amount:.2f} {balance.currency}"
    if balance.amount < max(price_usd, 0.0001):
        return _no_credits(left)
    if not price_usd:
        return ok("wallet", f"{left} left")
    pictures = int(balance.amount / price_usd)
    if pictures < LOW_PICTURES:
        text = f"{left} left, about {pictures} pictures"
        return note("wallet", text, f"Top up soon, at {DASHBOARD}")
    return ok("wallet", f"{left} left, about {pictures:,} pictures at PRICE_PER_PICTURE")


def _no_credits(left: str = "nothing") -> Finding:
    return sick(
        "wallet",
        f"{left} left: ModelsLab will refuse every picture",
        f"Top up at {DASHBOARD}; what waits in line goes on by itself.",
    )


def queue(count: int | None, max_queued: int) -> Finding:
    """Whether the account's queue has room, whoever fills it."""
    if count is None:
        return unseen("queue", "ModelsLab did not say how many requests are in its queue")
    if count > max_queued:
        return note(
            "queue",
            f"{count} requests in it, more than MODELSLAB_MAX_QUEUED ({max_queued})",
            "Something else uses this key, or a job of a former run is still made.",
        )
    return ok("queue", f"{count} requests in ModelsLab's queue now")


def plan(max_queued: int) -> Finding:
    """What can be said of the plan's limit, which no call tells."""
    text = f"{max_queued} at once (MODELSLAB_MAX_QUEUED); your plan's limit"
    if max_queued <= LARGEST_PLAN:
        return ok("plan", f"{text} ({PLANS}) cannot be asked")
    return note(
        "plan",
        f"{text} cannot be asked",
        f"Only a contract of your own allows more than {LARGEST_PLAN}.",
    )


def base(url: str) -> Finding:
    """Whether the API's base looks like one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if url.rstrip("/") == OWN_BASE:
        return ok("address", "ModelsLab's own")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host.removeprefix("www.") == "modelslab.com" or last in {"v4", "v5", "v6", "v7", "images"}:
        return sick(
            "address",
            "MODELSLAB_BASE_URL is not the base of the API: it ends too early or too late",
            f"Leave it empty, or write {OWN_BASE}",
        )
    return note("address", "MODELSLAB_BASE_URL names a stand-in or a proxy, which sees the key")
