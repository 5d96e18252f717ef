"""A served mask page and two browsers, as fixtures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.limits import Limits
from sandbox.modelslab import Vendor
from tests.engine.world import World, a_policy, a_world
from tests.web.gallery import Gallery, open_gallery
from tests.web.visitor import Browser


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor() as vendor:
        yield vendor


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(server_day=2))) as world:
        yield world


@pytest.fixture
async def gallery(world: World) -> AsyncIterator[Gallery]:
    async with open_gallery(world) as gallery:
        yield gallery


@pytest.fixture
async def browser(gallery: Gallery) -> AsyncIterator[Browser]:
    browser = Browser(gallery)
    async with browser.http:
        yield browser


@pytest.fixture
async def stranger(gallery: Gallery) -> AsyncIterator[Browser]:
    browser = Browser(gallery)
    async with browser.http:
        yield browser
