"""When to look again: polls, tries and time-outs, as pure functions of what is known. Seconds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

USUAL_S = 8.0
# So many of a work's latest times tell how long one job takes, and how long a line of them.
RECENT, LONG_PAST = 20, 100
FIRST_POLL_S = (0.5, 15.0)
POLL_S = (0.25, 8.0)
POLL_SHARE = 0.2
# What a job counts as having taken that was done by the first look, as a share of that look.
AT_FIRST_LOOK = 0.75
# So much longer than without is a doorbell waited for before the bot asks by itself.
BELL_PATIENCE = 3.0
RETRY_MAX_S = 60.0
DOUBLINGS_MAX = 64
FETCH_TIMEOUT_S = 15.0
SLOT_GRACE = timedelta(seconds=60)

# After a success the vendor's picture store may lag behind for some seconds.
DOWNLOAD_TRIES = 8


def expected_s(past_s: Sequence[float]) -> float:
    """The usual time of a work, given its past times; a mild guess when none are known."""
    return statistics.median(past_s) if past_s else USUAL_S


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a work takes: one job as a rule, and each of many on average.

    The few that take very long make no difference to the one, and much to the many.
    """

    usual_s: float
    mean_s: float


def pace(past_s: Sequence[float]) -> Pace:
    """The pace of a work, given its past times, the latest first."""
    return Pace(expected_s(past_s[:RECENT]), statistics.fmean(past_s) if past_s else USUAL_S)


def left_s(past_s: Sequence[float], elapsed_s: float) -> float:
    """How much longer a job takes on average that has taken `elapsed_s`, given past times.

    What takes longer than any before takes as long again as it is too late.
    """
    longer_s = [took_s for took_s in past_s if took_s > elapsed_s]
    if longer_s:
        return statistics.fmean(longer_s) - elapsed_s
    known_s = max(past_s, default=USUAL_S)
    return max(known_s - elapsed_s, elapsed_s - known_s)


def first_poll_s(eta_s: float | None, past_s: Sequence[float], *, bell: bool = False) -> float:
    """When to ask for the first time after the vendor took a job.

    `past_s` are as `taken_s` has them; they tell more than the vendor's `eta`, which may be a
    constant. A look when one job in four is done comes late for few, and the growing steps after
    it find the others soon. Where a `bell` should ring, a look is due when it should have rung, and
    has not.
    """
    low, high = FIRST_POLL_S
    if bell:
        usual_s = statistics.quantiles(past_s, n=4)[2] if len(past_s) >= 4 else eta_s or USUAL_S
        return min(max(BELL_PATIENCE * usual_s, low), high)
    if len(past_s) >= 4:
        guess_s = statistics.quantiles(past_s, n=4, method="inclusive")[0]
    elif eta_s is not None:
        guess_s = eta_s
    else:
        guess_s = 2.0
    return min(max(guess_s, low), high)


def next_poll_s(elapsed_s: float, *, bell: bool = False) -> float:
    """How long to wait after a poll found the job still running, so long after its submission.

    A share of the time that it has taken: the lag stays in proportion, and the waits grow by
    themselves. A `bell` that may still ring spares most of them.
    """
    least_s, most_s = POLL_S
    patience = BELL_PATIENCE if bell else 1.0
    return patience * min(max(POLL_SHARE * elapsed_s, least_s), most_s)


def taken_s(elapsed_s: float, *, looks: int, bell: bool = False) -> float:
    """How long the vendor took for what a look found done, so long after its submission.

    It became done at some moment after the `looks` before. What the first look finds is never
    taken at that look's word: nothing is found before it, and so the first look could only become
    later from job to job, and never come back.
    """
    if looks:
        return elapsed_s - next_poll_s(elapsed_s, bell=bell) / 2
    return AT_FIRST_LOOK * elapsed_s / (BELL_PATIENCE if bell else 1.0)


def retry_s(tries: int) -> float:
    """How long to wait after try number `tries` (1 is the first) of something that may mend."""
    # A day of trying every minute is more doublings than a float can hold.
    return float(min(0.5 * 2.0 ** min(tries - 1, DOUBLINGS_MAX), RETRY_MAX_S))
