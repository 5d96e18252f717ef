"""The vendor in a process of its own: started by hand, steered over HTTP."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from sandbox.modelslab import Mood, Turn
from tests.sandbox.asking import V7, V7_BODY, Asker

ROOT = Path(__file__).parents[2]


async def test_moods_can_be_set_from_outside(asker: Asker) -> None:
    origin = asker.vendor.origin
    wish = {"mood": "busy_429", "retry_after": None}
    assert (await asker.post(f"{origin}/_mood", wish)).status == 204
    default = {"mood": "json_503", "default": True, "message": "Back soon"}
    assert (await asker.post(f"{origin}/_mood", default)).status == 204
    assert list(asker.vendor.moods) == [Turn(mood=Mood.BUSY_429, retry_after=None)]
    answers = [await asker.generate() for _ in range(2)]
    assert [answer.status for answer in answers] == [429, 503]
    assert answers[1].json["message"] == "Back soon"


@pytest.mark.parametrize("wish", [{}, {"mood": "sulky"}, {"mood": "busy_429", "times": "often"}])
async def test_an_unknown_mood_is_refused_with_the_known_ones(
    asker: Asker, wish: dict[str, object]
) -> None:
    answer = await asker.post(f"{asker.vendor.origin}/_mood", wish)
    assert answer.status == 400
    assert "html_502" in answer.json["moods"]


async def test_the_book_can_be_read_and_jobs_held_from_outside(asker: Asker) -> None:
    origin = asker.vendor.origin
    await asker.post(f"{origin}/_hold", {})
    await asker.generate()
    await asker.generate()
    await asker.vendor.until(lambda v: all(job.is_painted for job in v.book))
    await asker.post(f"{origin}/_release", {"count": 1})
    async with asker.session.get(f"{origin}/_book") as response:
        book = await response.json()
    assert (book["posts"], book["accepted"], book["queued"]) == (2, 2, 1)
    assert [job["state"] for job in book["jobs"]] == ["success", "processing"]
    assert book["jobs"][0]["body"] == V7_BODY
    # Pulling strings is no request to the vendor.
    assert len(asker.vendor.requests) == 2


@pytest.fixture
async def address() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.modelslab", "--port", "0", "--key", "demo",
        "--latency", "0", "--mood", "at_once",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), timeout=20)).decode()
        name, _, url = line.strip().partition("=")
        assert name == "MODELSLAB_BASE_URL"
        yield url
    finally:
        process.terminate()
        await process.wait()


async def test_it_runs_alone(address: str) -> None:
    async with (
        ClientSession() as session,
        session.post(address + V7, json={"key": "demo", **V7_BODY}) as response,
    ):
        answer = await response.json()
        assert answer["status"] == "success"
        async with session.get(answer["output"][0]) as picture:
            assert (await picture.read()).startswith(b"\x89PNG")
