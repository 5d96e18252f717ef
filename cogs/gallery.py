"""Finds the pictures that a message shows. Pure; fetches nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import discord

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
# The most that a message can have attached, and that two rows of buttons can offer.
PICTURES_MAX = 10

# As the delivery names its files.
_RESULT = re.compile(r"limner-(?P<job>[0-9]{1,18})-(?P<position>[0-9]{1,2})\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture that a message shows.

    `attachment` where it is a file of the message's own; `made` is the job and the position of a
    result of ours.
    """

    url: str
    attachment: discord.Attachment | None = None
    made: tuple[int, int] | None = None


def pictures_of(message: discord.Message, me: discord.abc.Snowflake | None) -> list[Seen]:
    """What a message shows: its files, its embeds, its galleries, and those of a forwarded one.

    `me` is the bot: only in its own messages does a file's name say which job made it.
    """
    ours = me is not None and message.author.id == me.id
    found: dict[str, Seen] = {}
    for seen in _shown(message):
        if ours and seen.attachment is not None:
            seen = replace(seen, made=result_named(seen.attachment.filename))
        found.setdefault(seen.url.partition("?")[0], seen)
    return list(found.values())[:PICTURES_MAX]


def is_picture(attachment: discord.Attachment) -> bool:
    """Whether a file says of itself that it is a picture; decoding must tell whether it is."""
    kind = attachment.content_type
    if kind is None:
        return attachment.filename.lower().endswith(ENDINGS)
    return kind.startswith("image/")


def result_named(filename: str) -> tuple[int, int] | None:
    """The job and the position of a result of ours, by its file's name; None for other names."""
    found = _RESULT.search(filename)
    return None if found is None else (int(found["job"]), int(found["position"]))


def _shown(message: discord.Message) -> Iterator[Seen]:
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        for attachment in filter(is_picture, part.attachments):
            yield Seen(attachment.url, attachment)
        for embed in part.embeds:
            yield from _linked(embed.image if embed.image.url else embed.thumbnail)
        yield from _media(part.components)


def _media(components: Iterable[discord.Component]) -> Iterator[Seen]:
    for component in components:
        match component:
            case discord.MediaGalleryComponent():
                for item in component.items:
                    yield from _linked(item.media)
            case discord.ThumbnailComponent():
                yield from _linked(component.media)
            case discord.SectionComponent():
                yield from _media([component.accessory])
            case discord.Container():
                yield from _media(component.children)


def _linked(media: discord.UnfurledMediaItem | object) -> Iterator[Seen]:
    """Discord's own copy where it has one: it stands longer, and the far end learns nothing."""
    kind = getattr(media, "content_type", None)
    url = getattr(media, "proxy_url", None) or getattr(media, "url", None)
    if isinstance(url, str) and url.startswith("http") and (kind or "image/").startswith("image/"):
        yield Seen(url)
