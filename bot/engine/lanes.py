"""Which results are on their way to which channel. Carries nothing, and knows no Discord.

A channel that takes nothing for a while fills its own lane, and holds up no other.
"""

from collections import Counter
from collections.abc import Set

from bot.domain.job import Job

# Discord takes about one result every two seconds in one channel, however many come at once.
LANE = 4
# Each of them has its pictures in memory.
IN_ALL = 64


class Lanes:
    """The results that are on their way, a few for each channel."""

    def __init__(self) -> None:
        self._channels: dict[int, int] = {}
        self._in: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._channels)

    @property
    def full(self) -> Set[int]:
        """The channels that take no further result just now."""
        return {channel_id for channel_id, count in self._in.items() if count >= LANE}

    def enter(self, job: Job) -> bool:
        """Whether the job's result may set out; what is on its way may go on."""
        channel_id = job.requester.channel_id
        if job.id in self._channels:
            return True
        if len(self) >= IN_ALL or self._in[channel_id] >= LANE:
            return False
        self._channels[job.id] = channel_id
        self._in[channel_id] += 1
        return True

    def leave(self, job_id: int) -> None:
        """The job's result is no longer on its way, if it was."""
        channel_id = self._channels.pop(job_id, None)
        if channel_id is not None:
            self._in[channel_id] -= 1
            if not self._in[channel_id]:
                del self._in[channel_id]
