"""The sandbox's page in a real browser. Skipped plainly where there is none, but never in CI."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tools.browser import missing, open_tab
from tools.studio import Page, start_sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser on a busy machine may miss a beat: it is let off twice, and says so."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


@pytest.fixture(autouse=True)
def _browser() -> None:
    if why := missing():
        if os.environ.get("CI"):
            pytest.fail(f"CI must not skip the browser's tests: {why}")
        pytest.skip(f"no browser: {why}")


@pytest.fixture
def options() -> list[str]:
    """What the sandbox is started with; `@pytest.mark.parametrize` changes it."""
    return ["--latency", "1"]


@pytest.fixture
async def url(tmp_path: Path, options: list[str]) -> AsyncIterator[str]:
    async with start_sandbox("--keep", str(tmp_path / "kept"), *options) as url:
        yield url


@pytest.fixture
async def page(url: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """The page, open, its first picture on the way. `size` is the test's own parameter."""
    async with open_tab(size) as tab:
        page = Page(tab)
        await page.open(url)
        yield page
