"""What a card looks like, as plain values: words and the buttons under them."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a button under a card does. The names live in messages for ever."""

    REROLL = "reroll"
    REMIX = "remix"
    AREA = "area"
    UPSCALE = "upscale"
    VARY = "vary"
    CUTOUT = "cutout"
    DESCRIBE = "describe"
    DETAILS = "details"
    DELETE = "delete"
    CANCEL = "cancel"
    SHOW = "show"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button for one job; `index` is the 1-based number of a picture, 0 for the whole job.

    `row` is where it stands, counted from 0.
    """

    action: Action
    job_id: int
    label: str
    index: int = 0
    row: int = 0

    @property
    def custom_id(self) -> str:
        return f"{self.action.value}:{self.job_id}:{self.index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A button for one of the pictures that were kept for somebody to choose from."""

    action: Action
    pick_id: int
    position: int
    label: str
    row: int = 0

    @property
    def custom_id(self) -> str:
        return f"pick:{self.pick_id}:{self.action.value}:{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A button that turns to a page of somebody's past; everything about it is in its custom_id.

    `newer` turns to what is ahead of the job `anchor`, else to what is behind it. `kind` is empty
    for every kind. `search` comes last: it may contain anything.
    """

    member_id: int
    newer: bool
    anchor: int
    label: str
    kind: str = ""
    search: str = ""
    enabled: bool = True
    row: int = 0

    @property
    def custom_id(self) -> str:
        way = ">" if self.newer else "<"
        return f"past:{self.member_id}:{self.kind}:{way}{self.anchor}:{self.search}"


@dataclass(frozen=True, slots=True)
class Face:
    """Everything of a card but its files."""

    content: str
    buttons: tuple[Button, ...] = ()
