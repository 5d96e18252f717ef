"""Pytest fixtures for whoever tests against the small Discord.

A conftest takes them with `from tests.wire.fixtures import pytest_configure, wire_discord`.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .server import WireDiscord


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "expect_violations: this test breaks Discord's rules on purpose"
    )


@pytest_asyncio.fixture
async def wire_discord(request: pytest.FixtureRequest) -> AsyncIterator[WireDiscord]:
    """A Discord on a free port; at the end nobody may have broken a rule.

    A test marked `expect_violations` must break at least one.
    """
    async with WireDiscord() as discord:
        yield discord
    expected = request.node.get_closest_marker("expect_violations") is not None
    if expected:
        assert discord.violations, "this test was to break a rule of Discord, but did not"
        assert [told for told in discord.violations if told.startswith("own ")] == []
    else:
        assert discord.violations == []
