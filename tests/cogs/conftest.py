"""The house on SimCord as fixtures. `@pytest.mark.parametrize("settings", ...)` changes it."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from sandbox.modelslab import Vendor
from sandbox.modelslab.painter import sketch
from tests.cogs.house import House, a_house


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(paint=sketch) as vendor:
        yield vendor


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


@pytest.fixture
async def house(tmp_path: Path, vendor: Vendor, settings: dict[str, str]) -> AsyncIterator[House]:
    async with a_house(tmp_path, vendor, **settings) as house:
        yield house


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    """The test itself lives in Discord's time, and outside the bot; its fixtures' tasks do not."""
    house = item.funcargs.get("house")
    if isinstance(house, House):
        with house.env.time_context():
            return (yield)
    return (yield)
