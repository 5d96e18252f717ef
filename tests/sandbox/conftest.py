"""A vendor that paints quickly, and a plain client to ask it with."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from sandbox.modelslab import Vendor
from sandbox.modelslab.painter import sketch
from tests.sandbox.asking import Asker


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(paint=sketch) as vendor:
        yield vendor


@pytest.fixture
async def asker(vendor: Vendor) -> AsyncIterator[Asker]:
    async with ClientSession() as session:
        yield Asker(session, vendor)
