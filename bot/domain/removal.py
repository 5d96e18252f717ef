"""Messages of ours that are still to be deleted at Discord. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.job import Card, Job, Route
from bot.domain.request import PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One message, and whatever may reach it.

    In a channel by `channel_id`; a direct message by `user_id`; one that a single person sees by
    the `token` of its interaction, as long as that lives. Without `message_id` it is the answer to
    the interaction.
    """

    channel_id: int | None = None
    user_id: int | None = None
    message_id: int | None = None
    token: str | None = None

    @property
    def place(self) -> int | None:
        """Its channel, or whoever it was sent to; None where nothing but its token leads there."""
        return self.channel_id or self.user_id


def messages_of(job: Job, card: Card, *, now: datetime) -> tuple[Removal, ...]:
    """Every message that stands for a job, as far as it is known and can be reached."""
    if card.token_expires_at is None or card.token_expires_at <= now:
        card = replace(card, token=None)
    found: list[Removal] = []
    if job.route is not Route.REMOVED:
        found += _card(job, card)
    if job.message_id is not None and job.message_id != card.message_id:
        found += _result(job, job.message_id, card)
    return tuple(found)


def _card(job: Job, card: Card) -> list[Removal]:
    if card.private:
        return [] if card.token is None else [Removal(token=card.token, message_id=card.message_id)]
    # Where the bot is not itself, only the token reaches what it has answered.
    token = card.token if job.requester.guild_id == PERSONAL or card.message_id is None else None
    if card.message_id is None:
        return [] if token is None else [Removal(token=token)]
    return [
        Removal(channel_id=job.requester.channel_id, message_id=card.message_id, token=token),
    ]


def _result(job: Job, message_id: int, card: Card) -> list[Removal]:
    if job.route is Route.DIRECT:
        return [Removal(user_id=job.requester.user_id, message_id=message_id)]
    if card.private:
        return [] if card.token is None else [Removal(token=card.token, message_id=message_id)]
    return [Removal(channel_id=job.requester.channel_id, message_id=message_id)]
