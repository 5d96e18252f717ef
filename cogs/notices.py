"""What moderators should see, in words. Pure; never a prompt, which its asker may have erased."""

from bot.domain.job import Job, Route
from bot.engine.courier import Delivered
from cogs.cards import jump, pictures


def deleted(job: Job, *, by: int) -> str:
    """A moderator took somebody else's result away."""
    return _done("Result deleted", job, by)


def taken_back(job: Job, *, by: int) -> str:
    """A moderator cancelled somebody else's job, or kept it from being posted."""
    return _done("Job taken back", job, by)


def unsafe(job: Job, delivered: Delivered) -> str:
    """The image service marked pictures as unsafe, which were therefore not shown."""
    flagged = 0 if job.outcome is None else job.outcome.flagged
    return (
        f"**Marked as unsafe** by the image service, and not shown: {pictures(flagged)} of "
        f"<@{job.requester.user_id}> in <#{job.requester.channel_id}> · job {job.id}"
        f"{_where(job, delivered)}"
    )


def _done(what: str, job: Job, by: int) -> str:
    who = job.requester
    return f"**{what}** by <@{by}>: job {job.id} of <@{who.user_id}> in <#{who.channel_id}>"


def _where(job: Job, delivered: Delivered) -> str:
    """The card, where moderators can see it."""
    if delivered.message_id is None or delivered.route not in (Route.REPLY, Route.CHANNEL):
        return ""
    return f" · {jump(job.requester, delivered.message_id)}"
