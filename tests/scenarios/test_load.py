"""Hundreds of requests as fast as they come: nothing lost, nothing twice, no quota drift."""

import re
from pathlib import Path

import pytest

from tests.scenarios import crowd
from tests.scenarios.crowd import Crowd
from tests.scenarios.far_vendor import Terms, a_far_vendor
from tests.scenarios.town import Town, a_town

REQUESTS, LIMIT, PLACES = 200, 3, 60
ALL_OVER_S = 60.0


async def times_woken(town: Town) -> float:
    """How often the event loop's watchdog has looked."""
    _, page = await town.health("metrics")
    [count] = re.findall(r"^limner_loop_lag_seconds_count (\S+)", page, re.MULTILINE)
    return float(count)


@pytest.mark.timeout(120)
async def test_a_crowd_that_asks_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    async with (
        a_far_vendor(tmp_path, Terms(max_queued=PLACES, latency_s=0.5)) as vendor,
        a_town(
            tmp_path / "town",
            MODELSLAB_BASE_URL=vendor.url,
            MODELSLAB_MAX_QUEUED=str(PLACES),
            **crowd.SETTINGS,
        ) as town,
    ):
        people = Crowd.gather(town, servers=20, channels=40, members=100, server_day=LIMIT, seed=7)
        await town.bot_starts()
        await people.sets_the_limit()
        woken = await times_woken(town)

        await people.asks(REQUESTS, within_s=2.0)
        assert await people.is_served(timeout_s=ALL_OVER_S), town.log[-2000:]

        assert await times_woken(town) > woken
        fates = people.fates(await vendor.stop())
        assert fates.stories == []
        assert fates.accepted + fates.refused == fates.asked == REQUESTS
        assert fates.delivered == fates.accepted
        assert set(fates.endings) == {"pictures by reply"}
        # There was something to refuse, and nothing else was.
        assert fates.refused > 0
        assert people.used_of_the_limit() == LIMIT
