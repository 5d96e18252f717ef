"""A request becomes pictures: the straight way through the engine."""

import pytest

from bot.domain.job import JobStatus, Route, Verdict
from bot.pictures import verify
from sandbox.modelslab import Mood
from tests.engine.world import World


@pytest.mark.parametrize("mood", [Mood.AT_ONCE, Mood.PROCESSING])
async def test_a_request_becomes_a_picture(world: World, mood: Mood) -> None:
    world.vendor.default_mood = mood
    accepted = await world.asks("a red fox", seed=7)
    await world.until_done()
    [delivery] = world.delivered
    job = await world.job(accepted.job.id)
    assert job.status is JobStatus.DELIVERED
    assert job.route is Route.REPLY
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.PICTURES
    assert world.vendor.accepted == 1
    assert await world.booked() == 1
    assert delivery.receipt.charged == 1
    assert delivery.receipt.left_today == 199
    assert verify(delivery.files[0].data).mime == "image/png"
