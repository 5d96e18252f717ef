"""What moderators should see, in words. Pure."""

from bot.domain.job import Job
from cogs.cards import CONTENT_MAX, KIND_WORDS, PROMPT_SIGNS
from cogs.echo import clip, echo


def deleted(job: Job, *, by: int) -> str:
    """A moderator took somebody else's result away."""
    return (
        f"**Result deleted** by <@{by}>: job {job.id} of <@{job.requester.user_id}> in "
        f"<#{job.requester.channel_id}>"
    )


def unsafe(job: Job) -> str:
    """The image service marked pictures as unsafe, which were therefore not shown.

    Of a private job nobody but its asker reads the words.
    """
    flagged = 0 if job.outcome is None else job.outcome.flagged
    what = "1 picture" if flagged == 1 else f"{flagged} pictures"
    notice = (
        f"**Marked as unsafe** by the image service, and not shown: {what} of "
        f"<@{job.requester.user_id}> in <#{job.requester.channel_id}> · job {job.id}"
    )
    if job.request.private:
        return f"{notice} (private)"
    words = echo(job.request.prompt, limit=PROMPT_SIGNS)
    kind = KIND_WORDS.get(job.request.kind)
    asked = ": ".join(part for part in (kind, words) if part)
    return clip(f"{notice}\n> {asked}" if asked else notice, CONTENT_MAX)
