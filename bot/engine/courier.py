"""The one port of the engine: what carries a finished job to the person who asked for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.gates import GateReason
from bot.domain.job import Card, Job, Route
from bot.domain.line import Place
from bot.domain.removal import Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A picture ready for upload. `name` is ASCII; `description` is the alt text."""

    name: str
    data: bytes
    description: str
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the job cost its asker, in pictures; `left_today` is None where nothing limits it."""

    charged: int
    left_today: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A settled job with everything that its card shows.

    `ignored` names options that the model ignored; `notes` are full sentences for the asker.
    `log_channel_id` is where the server's moderators read what they should see. `smaller` packs the
    files once more, for a Discord that takes less than it has said; None where it cannot help.
    """

    job: Job
    card: Card
    files: tuple[File, ...]
    receipt: Receipt
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    log_channel_id: int | None = None
    smaller: "Callable[[], Awaitable[Delivery]] | None" = field(
        default=None, compare=False, repr=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The way a delivery took, and the message that now carries it."""

    route: Route
    message_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a live job's card says now. `place` while in line; `ready_at` is when pictures are due.

    `gate` is why nothing is submitted just now.
    """

    job: Job
    card: Card
    place: Place | None = None
    ready_at: datetime | None = None
    gate: GateReason | None = None
    ignored: tuple[str, ...] = ()


BeginMessage = Callable[[], Awaitable[datetime | None]]
"""Commits that a new message is about to be sent; gives the time of an earlier first try."""


class Courier(Protocol):
    """Carries cards to Discord. One writer per card: calls for one job wait for each other."""

    async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
        """Bring a settled job to its asker by the first route that works.

        Safe to repeat. `begin_message` is awaited before any message that is not an edit.
        Raises CourierError where Discord cannot be reached now.
        """
        ...

    async def place(self, progress: Progress, begin_message: BeginMessage) -> int | None:
        """Post the card of a job that has no reply of its own as a message in its channel.

        The message's id; None where it could not be posted, or surely known to be. Never raises.
        """
        ...

    async def progress(self, progress: Progress) -> None:
        """Edit the card of a live job, never of a settled one. Trouble is logged, not raised."""
        ...

    async def ping(self, delivery: Delivery, delivered: Delivered) -> None:
        """Tell the asker of a long job, by a short reply, that it is done. Best effort."""
        ...

    async def remove(self, removal: Removal) -> None:
        """Delete a message of ours. One that is gone, or out of our reach for good, is removed.

        Raises CourierError where waiting may help.
        """
        ...

    async def tell_owner(self, text: str) -> None:
        """Tell the owner what only the owner can mend. Best effort."""
        ...
