"""Messages and their files, with everything they once said. Remembers; never decides what may be.

`Message.payload` is how Discord shows a message: files that an embed or a card uses are not
among its attachments, and their links are rewritten to signed ones.
"""

import copy
import io
import mimetypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from .components import media_of, walk
from .errors import Json
from .shapes import user_shape
from .world import Channel, User

if TYPE_CHECKING:
    from .interactions import Interaction

EPHEMERAL, LOADING, IS_V2 = 1 << 6, 1 << 7, 1 << 15
DEFAULT, REPLY, SLASH_RESPONSE, MENU_RESPONSE = 0, 19, 20, 23

SignedUrl = Callable[["Attachment"], str]


@dataclass(frozen=True)
class Attachment:
    id: int
    channel_id: int
    filename: str
    bytes: bytes
    description: str | None = None
    spoiler: bool = False
    ephemeral: bool = False
    size_px: tuple[int, int] | None = None

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"

    def shape(self, signed: SignedUrl) -> Json:
        url = signed(self)
        shape: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.bytes),
            "url": url,
            "proxy_url": url,
            "content_type": self.content_type,
        }
        if self.size_px:
            shape["width"], shape["height"] = self.size_px
        if self.description is not None:
            shape["description"] = self.description
        if self.spoiler:
            shape["flags"] = 1 << 3
        if self.ephemeral:
            shape["ephemeral"] = True
        return shape


def picture_size_px(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None


@dataclass(frozen=True)
class MessageState:
    """What a message said from `at` on. `mentioned`: whom it highlights, whether or not it rang."""

    at: datetime
    content: str
    files: tuple[Attachment, ...] = ()
    components: tuple[Json, ...] = ()
    embeds: tuple[Json, ...] = ()
    flags: int = 0
    mentioned: tuple[str, ...] = ()
    mentioned_users: tuple[User, ...] = ()

    @property
    def attachments(self) -> list[Attachment]:
        """The files shown as attachments; those that an embed or a card shows are not."""
        used = {media["url"] for media in self.media()}
        return [file for file in self.files if f"attachment://{file.filename}" not in used]

    def media(self) -> Iterator[Json]:
        for _, component in walk(self.components):
            yield from media_of(component)
        for embed in self.embeds:
            yield from (embed[key] for key in ("image", "thumbnail") if embed.get(key))

    @property
    def text(self) -> str:
        """All text in which mentions count: the content and a card's text displays."""
        shown = [c["content"] for _, c in walk(self.components) if c["type"] == 10]
        return "\n".join([self.content, *shown])


@dataclass(eq=False)
class Message:
    """`edits` holds every state since the first; `pinged` whom its arrival notified."""

    id: int
    channel: Channel
    author: User
    type: int
    edits: list[MessageState]
    pinged: list[str]
    nonce: str | int | None = None
    interaction: "Interaction | None" = None
    reference: "Message | None" = None
    deleted: bool = False

    @property
    def now(self) -> MessageState:
        return self.edits[-1]

    @property
    def content(self) -> str:
        return self.now.content

    @property
    def attachments(self) -> list[Attachment]:
        return self.now.attachments

    @property
    def components(self) -> Sequence[Json]:
        return self.now.components

    @property
    def embeds(self) -> Sequence[Json]:
        return self.now.embeds

    @property
    def flags(self) -> int:
        return self.now.flags

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def mentioned(self) -> list[str]:
        """Everyone whom any state of the message highlighted."""
        return list(dict.fromkeys(name for state in self.edits for name in state.mentioned))

    @property
    def labels(self) -> list[str]:
        """The words on its buttons, in order."""
        return [c["label"] for _, c in walk(self.components) if c["type"] == 2 and "label" in c]

    def change(self, at: datetime, state: MessageState) -> None:
        self.edits.append(replace(state, at=at))

    def payload(self, signed: SignedUrl, *, with_nonce: bool = False) -> Json:
        """The message as JSON. A nonce is echoed to its sender, never kept for later readers."""
        state = self.now
        payload: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": self.type,
            "author": user_shape(self.author),
            "content": state.content,
            "timestamp": self.edits[0].at.isoformat(),
            "edited_timestamp": state.at.isoformat() if len(self.edits) > 1 else None,
            "tts": False,
            "mention_everyone": any(name.startswith("@") for name in state.mentioned),
            "mentions": [user_shape(user) for user in state.mentioned_users],
            "mention_roles": [n[3:-1] for n in state.mentioned if n.startswith("<@&")],
            "attachments": [file.shape(signed) for file in state.attachments],
            **_media_resolved(state, signed),
            "flags": state.flags,
            "pinned": False,
        }
        if with_nonce and self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.reference is not None:
            payload["message_reference"] = {
                "type": 0,
                "channel_id": str(self.reference.channel.id),
                "message_id": str(self.reference.id),
            }
        if self.interaction is not None:
            payload["application_id"] = str(self.author.id)
            payload["webhook_id"] = str(self.author.id)
            payload["interaction_metadata"] = self.interaction.metadata()
        return payload


def _media_resolved(state: MessageState, signed: SignedUrl) -> Json:
    """Components and embeds with `attachment://` links replaced, and what Discord adds."""
    shown = replace(
        state,
        components=copy.deepcopy(state.components),
        embeds=tuple({"type": "rich", **copy.deepcopy(embed)} for embed in state.embeds),
    )
    by_link = {f"attachment://{file.filename}": file for file in state.files}
    for media in shown.media():
        file = by_link.get(media["url"])
        if file is not None:
            media.update(url=signed(file), content_type=file.content_type)
            if file.size_px:
                media["width"], media["height"] = file.size_px
        media["proxy_url"] = media["url"]
    for _, component in walk(shown.components):
        for media in media_of(component):
            media["id"] = str(state.files[0].id if state.files else 1)
    return {"components": list(shown.components), "embeds": list(shown.embeds)}
