"""Creates and edits messages as Discord would: form rules, attachments, nonces, mentions.

Never sends anything: the gateway and REST show what is kept here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from . import components as parts
from . import mentions
from .bodies import Body, Upload
from .clock import Clock, utcnow
from .errors import ApiError, FormProblem, Json, form_error
from .messages import (
    DEFAULT,
    EPHEMERAL,
    IS_V2,
    LOADING,
    Attachment,
    Message,
    MessageState,
    picture_size_px,
)
from .world import Channel, User, World

_NONCE_KEPT_S = 5 * 60
_SUPPRESS_EMBEDS, _SILENT, _VOICE = 1 << 2, 1 << 12, 1 << 13
_KEEPS_ON_EDIT = EPHEMERAL | IS_V2
_V2_WITH_OLD_TEXT = (
    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    "The message still has content or embeds.",
)
EDITABLE_FLAGS = _SUPPRESS_EMBEDS | IS_V2
CHANNEL_FLAGS = EDITABLE_FLAGS | _SILENT | _VOICE
WEBHOOK_FLAGS = CHANNEL_FLAGS | EPHEMERAL


@dataclass(frozen=True)
class Form:
    """What a sender filled in: the message's JSON, its uploads, and where errors are named."""

    fields: Json
    uploads: Mapping[int, Upload]
    path: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: Body) -> "Form":
        return cls(body.json, body.uploads)

    @property
    def flags(self) -> int:
        return int(self.fields.get("flags") or 0)

    def problem(self, key: str, code: str, message: str) -> FormProblem:
        return FormProblem((*self.path, key), code, message)


class Desk:
    """Where messages are written. One for the whole of Discord."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._nonces: dict[tuple[int, int, str], tuple[float, Message]] = {}

    def create(
        self,
        channel: Channel,
        author: User,
        form: Form,
        *,
        type: int = DEFAULT,
        flags: int = 0,
        by_default: Sequence[str] = mentions.ALL,
        reference: Message | None = None,
        replied_to: User | None = None,
    ) -> Message:
        """A new message. `flags` are final: the caller knows which ones the sender may set."""
        state = MessageState(utcnow(), "", flags=flags)
        called = replied_to.mention if replied_to is not None else None
        state = self._filled(channel, state, form, by_default, called)
        message = Message(
            id=self._world.next_id(),
            channel=channel,
            author=author,
            type=type,
            edits=[state],
            pinged=list(state.mentioned),
            nonce=form.fields.get("nonce"),
            reference=reference,
        )
        channel.history.append(message)
        return message

    def loading(self, channel: Channel, author: User, *, type: int, flags: int) -> Message:
        """The "thinking..." message that a deferred answer leaves until its first edit."""
        state = MessageState(utcnow(), "", flags=flags | LOADING)
        message = Message(self._world.next_id(), channel, author, type, [state], pinged=[])
        channel.history.append(message)
        return message

    def edit(
        self,
        message: Message,
        form: Form,
        *,
        by_default: Sequence[str],
        drops_unlisted: bool = False,
    ) -> None:
        """Change a message. An edit rings for nobody, so `pinged` stays what it was.

        `drops_unlisted`: a component's update that does not list attachments loses them,
        where an ordinary edit without that key keeps them.
        """
        flags = (message.flags & _KEEPS_ON_EDIT) | (form.flags & EDITABLE_FLAGS)
        lists = "attachments" in form.fields
        files = message.now.files if lists or not drops_unlisted else ()
        state = replace(message.now, at=utcnow(), flags=flags)
        state = self._filled(message.channel, state, form, by_default, None, files)
        message.change(state.at, state)

    def earlier(self, channel: Channel, author: User, nonce: str | int) -> Message | None:
        """The message that the same nonce made in the last few minutes, if it still stands."""
        made_at, message = self._nonces.get((channel.id, author.id, str(nonce)), (0.0, None))
        is_recent = self._clock.seconds() - made_at < _NONCE_KEPT_S
        return message if message is not None and is_recent and not message.deleted else None

    def remember_nonce(self, message: Message) -> None:
        if message.nonce is not None:
            key = (message.channel.id, message.author.id, str(message.nonce))
            self._nonces[key] = (self._clock.seconds(), message)

    def keep_file(self, channel: Channel, upload: Upload, *, ephemeral: bool) -> Attachment:
        """A file on its own, as people hand over with a slash command."""
        return self._attachment(channel, upload, {}, ephemeral=ephemeral)

    def _filled(
        self,
        channel: Channel,
        before: MessageState,
        form: Form,
        by_default: Sequence[str],
        called: str | None,
        files: tuple[Attachment, ...] = (),
    ) -> MessageState:
        """`before` with the form's fields applied, or the form error that Discord answers."""
        fields = form.fields
        problems = check(form, is_v2=bool(before.flags & IS_V2))
        if problems:
            raise form_error(*problems)
        state = replace(
            before,
            content=(fields["content"] or "") if "content" in fields else before.content,
            embeds=_or(fields, "embeds", before.embeds),
            components=before.components,
            files=self._files(channel, form, files, ephemeral=bool(before.flags & EPHEMERAL)),
        )
        if "components" in fields:
            state = replace(state, components=tuple(parts.kept(fields["components"] or ())))
        _refuse_missing_media(state, form)
        if state.flags & IS_V2 and (state.content or state.embeds):
            raise form_error(form.problem("flags", *_V2_WITH_OLD_TEXT))
        if not (state.content or state.files or state.embeds or state.components):
            raise ApiError(50006, is_violation=True)
        called_names = mentions.mentioned(
            state.text, fields.get("allowed_mentions"), by_default=by_default, replied_to=called
        )
        users = [u for u in self._world.users.values() if u.mention in called_names]
        return replace(state, mentioned=tuple(called_names), mentioned_users=tuple(users))

    def _files(
        self,
        channel: Channel,
        form: Form,
        before: tuple[Attachment, ...],
        *,
        ephemeral: bool,
    ) -> tuple[Attachment, ...]:
        """Without the `attachments` key: what was there. With it: what it lists, old and new."""
        if "attachments" not in form.fields:
            return before
        old = {file.id: file for file in before}
        files: list[Attachment] = []
        for listed in form.fields["attachments"] or ():
            number = int(listed["id"])
            if number in form.uploads:
                upload = form.uploads[number]
                files.append(self._attachment(channel, upload, listed, ephemeral=ephemeral))
            elif number in old:
                files.append(_amended(old[number], listed))
            else:
                problem = form.problem(
                    "attachments", "ATTACHMENT_UNKNOWN", f"no file or attachment {number}"
                )
                raise form_error(problem)
        return tuple(files)

    def _attachment(
        self, channel: Channel, upload: Upload, listed: Json, *, ephemeral: bool
    ) -> Attachment:
        name = _safe_name(listed.get("filename") or upload.filename)
        return Attachment(
            id=self._world.next_id(),
            channel_id=channel.id,
            filename=name,
            bytes=upload.bytes,
            description=listed.get("description"),
            spoiler=bool(listed.get("is_spoiler")) or name.startswith("SPOILER_"),
            ephemeral=ephemeral,
            size_px=picture_size_px(upload.bytes),
        )


def check(form: Form, *, is_v2: bool) -> list[FormProblem]:
    """Discord's rules for a message that its OpenAPI file does not hold."""
    fields = form.fields
    problems: list[FormProblem] = []
    if len(fields.get("content") or "") > 2000:
        message = "Must be 2000 or fewer in length."
        problems.append(form.problem("content", "BASE_TYPE_MAX_LENGTH", message))
    if is_v2:
        problems += [
            form.problem(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "not with V2.")
            for key in ("content", "embeds", "poll", "sticker_ids")
            if fields.get(key)
        ]
    if sum(_embed_length(embed) for embed in fields.get("embeds") or ()) > 6000:
        message = "Embed size exceeds maximum size of 6000"
        problems.append(form.problem("embeds", "MAX_EMBED_SIZE_EXCEEDED", message))
    listed = {int(attachment["id"]) for attachment in fields.get("attachments") or ()}
    problems += [
        form.problem("attachments", "FILE_NOT_LISTED", f"files[{number}] is not listed.")
        for number in form.uploads
        if number not in listed
    ]
    problems += parts.problems(fields.get("components") or (), is_v2=is_v2, path=form.path)
    problems += mentions.contradictions(fields.get("allowed_mentions") or {})
    return problems


def _or(fields: Json, key: str, before: tuple[Json, ...]) -> tuple[Json, ...]:
    if key not in fields:
        return before
    return tuple(
        {name: value for name, value in item.items() if value is not None}
        for item in fields[key] or ()
    )


def _refuse_missing_media(state: MessageState, form: Form) -> None:
    names = {f"attachment://{file.filename}" for file in state.files}
    for media in state.media():
        if media["url"].startswith("attachment://") and media["url"] not in names:
            message = f"{media['url']} is not among the files."
            raise form_error(form.problem("components", "UNFURLED_MEDIA_NOT_FOUND", message))


def _amended(old: Attachment, listed: Json) -> Attachment:
    changes = {"description": listed.get("description"), "spoiler": listed.get("is_spoiler")}
    return replace(old, **{key: new for key, new in changes.items() if new is not None})


def _safe_name(name: str) -> str:
    return re.sub(r"[^\w.\-]", "", name.replace(" ", "_")) or "unknown"


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for one in embed.get("fields") or ():
        texts += [one.get("name"), one.get("value")]
    return sum(len(text or "") for text in texts)
