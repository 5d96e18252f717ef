"""A member asks, and a picture stands in the channel: over real sockets, with a real process."""

import io

import pytest
from PIL import Image

from tests.scenarios.town import Town


async def test_the_picture_that_arrives_is_the_one_the_vendor_served(town: Town) -> None:
    asked = await town.asks("a red fox in the snow", seed=7)
    card = await town.pictures(asked)
    [served] = town.vendor.book[0].pictures
    [arrived] = card.attachments
    with Image.open(io.BytesIO(served)) as theirs, Image.open(io.BytesIO(arrived.bytes)) as ours:
        assert ours.size == theirs.size
        assert ours.tobytes() == theirs.tobytes()
        assert ours.info["Title"] == "a red fox in the snow"
    assert asked.acked_after_s is not None
    assert asked.acked_after_s < 1.0
    assert town.booked() == 1
