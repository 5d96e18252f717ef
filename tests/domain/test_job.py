"""The states on paper: where a job can go, and that every job gets to the end."""

from itertools import product

import pytest

from bot.domain.job import MOVES, JobStatus, Outcome, Step, Verdict, next_step
from bot.domain.request import Aspect


def reachable(start: JobStatus) -> set[JobStatus]:
    found, fresh = {start}, [start]
    while fresh:
        now = fresh.pop()
        more = {to for came_from, to in MOVES if came_from is now} - found
        found |= more
        fresh += more
    return found


def test_every_state_is_reached_from_the_line() -> None:
    assert reachable(JobStatus.QUEUED) == set(JobStatus)


@pytest.mark.parametrize("status", JobStatus)
def test_from_every_state_there_is_a_way_to_the_end(status: JobStatus) -> None:
    assert JobStatus.DELIVERED in reachable(status)


def test_nothing_leaves_the_end_and_a_settled_job_is_never_undone() -> None:
    assert not [move for move in MOVES if move[0] is JobStatus.DELIVERED]
    assert [to for came_from, to in MOVES if came_from is JobStatus.SETTLED] == [
        JobStatus.DELIVERED
    ]


def test_a_job_that_the_vendor_has_never_goes_back_in_line() -> None:
    """Back to the line means: posted again. Only an answer to the very post may say that."""
    assert (JobStatus.WAITING, JobStatus.QUEUED) not in MOVES
    assert {came_from for came_from, to in MOVES if to is JobStatus.QUEUED} == {
        JobStatus.SUBMITTING
    }


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (JobStatus.QUEUED, Step.SUBMIT),
        (JobStatus.SUBMITTING, Step.ABANDON),
        (JobStatus.WAITING, Step.CHECK),
        (JobStatus.SETTLED, Step.DELIVER),
        (JobStatus.DELIVERED, None),
    ],
)
def test_each_state_has_its_one_step(status: JobStatus, step: Step | None) -> None:
    assert next_step(status) is step


@pytest.mark.parametrize(
    ("received", "flagged", "charged"), [(0, 0, 0), (3, 0, 3), (3, 1, 2), (2, 2, 0)]
)
def test_only_pictures_that_may_be_shown_are_charged(
    received: int, flagged: int, charged: int
) -> None:
    outcome = Outcome(verdict=Verdict.PICTURES, received=received, flagged=flagged)
    assert outcome.charged == charged


def test_aspects_come_in_pairs_that_are_each_other_turned() -> None:
    turned = {
        (one, two) for one, two in product(Aspect, Aspect) if abs(one.ratio * two.ratio - 1) < 1e-9
    }
    assert len(turned) == len(Aspect)
    assert Aspect.WIDE.ratio == pytest.approx(16 / 9)
