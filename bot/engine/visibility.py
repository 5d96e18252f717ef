"""Who may see a job: one rule, for every command, button and page."""

from bot.domain.job import Job
from bot.domain.request import PERSONAL


def may_see(job: Job, *, guild_id: int, user_id: int) -> bool:
    """Only ever this server's jobs, and private ones only for whoever asked for them.

    Outside of servers everybody sees their own alone. Of an erased job nobody sees anything.
    """
    if job.erased or job.requester.guild_id != guild_id:
        return False
    if job.requester.user_id == user_id:
        return True
    return guild_id != PERSONAL and not job.request.private


def may_see_pictures(job: Job, *, guild_id: int, user_id: int) -> bool:
    """Who may see what a job brought: of what was not to be posted, whoever asked for it alone."""
    posted = not job.withheld or job.requester.user_id == user_id
    return posted and may_see(job, guild_id=guild_id, user_id=user_id)
