"""What a person did with the bot, and what the bot has answered to it so far.

`Interaction` is the handle that a test holds; `answering` and `webhooks` write into it.
"""

import base64
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from .components import walk
from .errors import Json
from .messages import EPHEMERAL, Message
from .shapes import user_shape
from .world import Channel, User

ACK_DEADLINE_S = 3.0
TOKEN_LIFE_S = 15 * 60.0

Until = Callable[..., Awaitable[Any]]


class Kind(IntEnum):
    """What kind of interaction it is."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Ack(IntEnum):
    """How the bot acknowledged it."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Modal:
    """A pop-up that the bot opened for one person."""

    custom_id: str
    title: str
    components: list[Json]
    opened_by: "Interaction"

    @property
    def fields(self) -> dict[str, Json]:
        """Its inputs by custom_id, in order; each with its `label`."""
        found: dict[str, Json] = {}
        labels: dict[int, str] = {}
        for _, component in walk(self.components):
            if "component" in component:
                labels[id(component["component"])] = component["label"]
            if component.get("custom_id"):
                label = labels.get(id(component)) or component.get("label") or ""
                found[component["custom_id"]] = {**component, "label": label}
        return found


@dataclass(eq=False)
class Interaction:
    """`message` is what the bot's first answer created; `original` is what @original means.

    They differ for an update: then @original is the message whose button was clicked.
    """

    id: int
    kind: Kind
    user: User
    channel: Channel
    data: Json
    created_s: float
    until: Until = field(repr=False)
    source: Message | None = None
    opened_by: "Interaction | None" = None
    user_installed: bool = False
    dispatched_s: float = 0.0
    acked_after_s: float | None = None
    ack_type: Ack | None = None
    original: Message | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Json] | None = None
    token: str = ""

    def __post_init__(self) -> None:
        secret = f"interaction:{self.id}:{secrets.token_hex(48)}"
        self.token = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")

    @property
    def is_acked(self) -> bool:
        return self.ack_type is not None

    @property
    def ephemeral(self) -> bool:
        """Whether only the person sees the first answer; fixed when it was made."""
        return self.message is not None and bool(self.message.edits[0].flags & EPHEMERAL)

    @property
    def replies(self) -> list[Message]:
        """Everything that the bot wrote in answer and that still stands."""
        written = [self.message, *self.followups]
        return [message for message in written if message is not None and not message.deleted]

    async def acked(self, timeout_s: float = ACK_DEADLINE_S) -> "Interaction":
        """Wait for the first answer, as long as Discord would."""
        await self.until(lambda: self.is_acked, timeout_s=timeout_s)
        return self

    async def answered(self, timeout_s: float = 10.0) -> Message:
        """Wait until something other than "thinking..." stands, and return the latest of it."""
        await self.until(lambda: any(not m.loading for m in self.replies), timeout_s=timeout_s)
        return [message for message in self.replies if not message.loading][-1]

    async def modal_opened(self, timeout_s: float = ACK_DEADLINE_S) -> Modal:
        await self.acked(timeout_s)
        if self.modal is None:
            raise AssertionError(f"answered with {self.ack_type!r}, not with a modal")
        return self.modal

    @property
    def brought_by(self) -> User:
        """Who has the bot on their account: under a message of theirs, not whoever clicks."""
        under = None if self.source is None else self.source.interaction
        return self.user if under is None else under.brought_by

    def owners(self) -> Json:
        """By whose installation the bot was reachable: the server's ("0") or the person's ("1")."""
        if self.user_installed:
            return {"1": str(self.brought_by.id)}
        return {"0": str(self.channel.guild.id) if self.channel.guild else "0"}

    def metadata(self) -> Json:
        """How a message that answers this names it."""
        metadata: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": user_shape(self.user),
            "authorizing_integration_owners": self.owners(),
        }
        if self.kind is Kind.COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        if self.kind is Kind.COMMAND and "target_id" in self.data:
            metadata["target_message_id"] = self.data["target_id"]
        if self.opened_by is not None:
            metadata["triggering_interaction_metadata"] = self.opened_by.metadata()
        return metadata
