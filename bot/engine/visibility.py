"""Who may see a job: one rule, for every command, button and page."""

from bot.domain.job import Job


def may_see(job: Job, *, guild_id: int, user_id: int) -> bool:
    """Only ever this server's jobs, and private ones only for whoever asked for them."""
    if job.requester.guild_id != guild_id:
        return False
    return not job.request.private or job.requester.user_id == user_id
