"""The engine's world as fixtures."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from sandbox.modelslab import Vendor
from tests.engine.world import World, a_world


def flat(
    prompt: str,
    *,
    seed: int,
    width_px: int,
    height_px: int,
    **_: str,
) -> bytes:
    """One colour, of words and seed: these tests look at what becomes of pictures, not at them."""
    red, green, blue, *_more = hashlib.sha256(f"{prompt} {seed}".encode()).digest()
    file = io.BytesIO()
    Image.new("RGB", (width_px, height_px), (red, green, blue)).save(file, "PNG", compress_level=1)
    return file.getvalue()


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(paint=flat) as vendor:
        yield vendor


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor) as world:
        yield world
