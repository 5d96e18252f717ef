"""Which buttons stand under which card. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.job import Job, JobStatus
from cogs.faces import Action, Button

ROW_MAX = 5


def result_buttons(
    job: Job, positions: Iterable[int], *, mask_pages: bool = False
) -> tuple[Button, ...]:
    """For each picture Upscale and Vary, then what concerns the whole job, in rows."""
    numbers = tuple(positions)
    painted = job.request.kind.paints
    rows: list[list[Button]] = []
    if painted:
        larger = [_button(job, Action.UPSCALE, f"U{number}", number) for number in numbers]
        other = [_button(job, Action.VARY, f"V{number}", number) for number in numbers]
        # One or two pictures need no row for each.
        together = len(larger) + len(other) <= ROW_MAX
        rows += [[*larger, *other]] if together else [larger, other]
    rows.append(
        [
            *([_button(job, Action.REROLL, "Reroll")] if painted else ()),
            *([_button(job, Action.REMIX, "Remix")] if numbers else ()),
            *([_button(job, Action.AREA, "Edit area")] if numbers and mask_pages else ()),
            _button(job, Action.DETAILS, "Details"),
            _button(job, Action.DELETE, "Delete"),
        ]
    )
    return placed(rows)


def live_buttons(job: Job) -> tuple[Button, ...]:
    """The way back, as far as there is one."""
    if job.is_over or job.withheld:
        return ()
    label = "Cancel" if job.status is JobStatus.QUEUED else "Don't post"
    return (_button(job, Action.CANCEL, label),)


def withheld_buttons(job: Job) -> tuple[Button, ...]:
    """Pictures that were not posted can be looked at, by whoever asked for them."""
    return (
        *([_button(job, Action.SHOW, "Show")] if job.request.pictures else ()),
        _button(job, Action.DETAILS, "Details"),
    )


def failure_buttons(job: Job) -> tuple[Button, ...]:
    """Another try, and what there is to know."""
    return (
        _button(job, Action.REROLL, "Try again"),
        _button(job, Action.DETAILS, "Details"),
    )


def _button(job: Job, action: Action, label: str, index: int = 0) -> Button:
    return Button(action=action, job_id=job.id, label=label, index=index)


def placed(rows: Iterable[list[Button]]) -> tuple[Button, ...]:
    """Each button in its row; empty rows take no room."""
    return tuple(
        replace(button, row=row)
        for row, buttons in enumerate(filter(None, rows))
        for button in buttons
    )
