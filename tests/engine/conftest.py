"""The engine's world as fixtures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.modelslab import Vendor
from sandbox.modelslab.painter import sketch
from tests.engine.world import World, a_world


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    # Flat colours: these tests look at what becomes of pictures, not at pictures.
    async with Vendor(paint=sketch) as vendor:
        yield vendor


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor) as world:
        yield world
