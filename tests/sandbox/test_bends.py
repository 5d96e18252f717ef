"""A script may bend single answers, for days that have no name."""

from dataclasses import replace

import pytest
from aiohttp import ClientError

from sandbox.modelslab import Mood, Reply
from tests.sandbox.asking import Asker


def teapot(reply: Reply, times: int) -> Reply:
    """The answer under another code, and with the count of its askings."""
    return replace(reply, status=418, headers={"X-Times": str(times)})


async def test_a_first_answer_is_bent_whether_it_refuses_or_not(asker: Asker) -> None:
    asker.vendor.next(Mood.BUSY_TEXT(first=teapot), Mood.PROCESSING(first=teapot))
    refused, taken = await asker.generate(), await asker.generate()
    assert (refused.status, refused.json["status"]) == (418, "error")
    assert (taken.status, taken.json["status"]) == (418, "processing")
    assert asker.vendor.accepted == 1


async def test_bytes_go_out_as_they_are_and_under_any_name(asker: Asker) -> None:
    asker.vendor.next(Mood.ERROR_200(first=lambda *_: Reply(200, b"\xff{", "text/plain")))
    async with asker.session.post(
        f"{asker.vendor.url}/v7/images/text-to-image",
        json={"key": asker.vendor.key, "model_id": "flux", "prompt": "a fox"},
    ) as answer:
        assert (await answer.read(), answer.content_type) == (b"\xff{", "text/plain")


async def test_a_fetch_is_bent_as_often_as_the_script_wants(asker: Asker) -> None:
    asker.vendor.next(
        Mood.PROCESSING(fetched=lambda reply, times: Reply(200, [times]) if times < 3 else reply)
    )
    link = (await asker.generate()).json["fetch_result"]
    await asker.vendor.until(lambda vendor: vendor.book[0].state == "success")
    answers = [(await asker.post(link, {})).json for _ in range(3)]
    assert answers[:2] == [[1], [2]]
    assert answers[2]["status"] == "success"


async def test_a_file_is_bent_and_then_counts_as_not_served(asker: Asker) -> None:
    asker.vendor.next(
        Mood.AT_ONCE(file=lambda reply, times: Reply(500, b"") if times == 1 else reply)
    )
    [link] = (await asker.generate()).json["output"]
    [job] = asker.vendor.book
    assert (await asker.picture(link))[0] == 500
    assert job.served == {}
    assert (await asker.picture(link))[0] == 200
    assert set(job.served) == {0}


async def test_no_answer_at_all_is_a_dropped_connection(asker: Asker) -> None:
    asker.vendor.next(Mood.PROCESSING(first=lambda *_: None))
    with pytest.raises(ClientError):
        await asker.generate()
    assert asker.vendor.accepted == 1
