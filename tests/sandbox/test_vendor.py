"""The vendor as an honest server: keys, queue, fetch, files, wallet and the book."""

import asyncio
import random
import statistics

import pytest
from aiohttp import ClientError, ClientSession

from sandbox.modelslab import Mood, Vendor
from sandbox.modelslab.jobs import published_latency_s
from sandbox.modelslab.painter import paint, sketch
from tests.sandbox.asking import REALTIME, REALTIME_BODY, V6, V6_BODY, V7, V7_BODY, Asker

V6_FETCH = "/v6/images/fetch"
BAD_KEY = {"status": "error", "message": "Invalid API key"}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("key", [None, "wrong", ""])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (V7, V7_BODY),
        (V6, V6_BODY),
        (REALTIME, REALTIME_BODY),
        ("/v7/images/fetch/1", {}),
        ("/v6/realtime/fetch/1", {}),
        (V6_FETCH, {"request_id": "1"}),
        ("/wallet_balance", {}),
        ("/v6/processing/request_count", {}),
    ],
)
async def test_every_endpoint_wants_the_key(
    asker: Asker, path: str, body: dict[str, object], key: str | None
) -> None:
    answer = await asker.post(path, body, key=key)
    assert (answer.status, answer.json) == (401, BAD_KEY)
    assert asker.vendor.accepted == 0


@pytest.mark.parametrize("body", ["text", ["list"], 5, None])
async def test_a_body_that_is_no_object_is_refused(asker: Asker, body: object) -> None:
    answer = await asker.post(V7, body, key=None)
    assert (answer.status, answer.json["message"]) == (400, "Invalid JSON body")


@pytest.mark.parametrize(
    ("path", "body"), [(V7, V7_BODY), (V6, V6_BODY), (REALTIME, REALTIME_BODY)]
)
async def test_a_picture_is_made_fetched_and_downloaded(
    asker: Asker, path: str, body: dict[str, object]
) -> None:
    first = await asker.post(path, {**body, "samples": 2})
    assert first.json["status"] == "processing"
    result = await asker.result(first)
    assert result.json["output"] == first.json["future_links"]
    bodies = [await asker.picture(link) for link in result.json["output"]]
    job = asker.vendor.book[0]
    assert [(200, "image/png", png) for png in job.pictures] == bodies
    assert len(set(job.pictures)) == 2
    assert job.served == dict(enumerate(job.pictures))
    assert result.json["meta"]["seed"] == 7


async def test_the_book_tells_what_was_asked_without_the_key(asker: Asker) -> None:
    first = await asker.generate(track_id="17", webhook="https://example.com/bell")
    job = asker.vendor.book[0]
    assert job.body == {**V7_BODY, "track_id": "17", "webhook": "https://example.com/bell"}
    assert job.endpoint == "/api" + V7
    assert job.id == first.json["id"]
    assert job.accepted_at.tzinfo is not None
    assert "sandbox-key" not in repr(asker.vendor.requests)


async def test_posts_count_the_refused_ones_too(asker: Asker) -> None:
    await asker.generate(prompt="")
    await asker.generate()
    await asker.post(V6, V6_BODY)
    assert (asker.vendor.posts, asker.vendor.accepted) == (3, 2)
    assert [(seen.method, seen.status) for seen in asker.vendor.requests] == [
        ("POST", 400),
        ("POST", 200),
        ("POST", 200),
    ]


async def test_a_seed_is_chosen_where_none_is_given(asker: Asker) -> None:
    first = await asker.generate(seed=None)
    assert 0 <= first.json["meta"]["seed"] < 2**32


async def test_v6_is_also_fetched_by_an_id_in_the_body(asker: Asker) -> None:
    first = await asker.post(V6, V6_BODY)
    await asker.result(first)
    answer = await asker.post(V6_FETCH, {"request_id": str(first.json["id"])})
    assert answer.json["status"] == "success"
    missing = await asker.post(V6_FETCH, {})
    assert missing.status == 400


async def test_a_job_is_fetched_only_where_it_was_made(asker: Asker) -> None:
    first = await asker.generate()
    other = await asker.post(f"{V6_FETCH}/{first.json['id']}", {})
    unknown = await asker.post("/v7/images/fetch/1", {})
    assert (other.status, unknown.status) == (404, 404)


async def test_files_are_missing_until_the_job_is_ready(asker: Asker) -> None:
    asker.vendor.hold()
    first = await asker.generate()
    link = first.json["future_links"][0]
    assert (await asker.picture(link))[0] == 404
    asker.vendor.release()
    await asker.result(first)
    assert (await asker.picture(link))[0] == 200
    for stray in ("-1.png", "-9.png", "-0.jpg", "-x.png"):
        assert (await asker.picture(link.replace("-0.png", stray)))[0] == 404


async def test_the_queue_is_full_at_its_limit_and_frees_itself(asker: Asker) -> None:
    vendor = asker.vendor
    vendor.hold()
    for _ in range(5):
        assert (await asker.generate()).status == 200
    full = await asker.generate()
    assert full.status == 429
    assert full.json == {
        "status": "error",
        "message": "Rate limit exceeded. Maximum 5 queued requests allowed.",
        "retry_after": 30,
    }
    count = await asker.post("/v6/processing/request_count", {})
    assert count.json["processing_count"] == 5
    vendor.release(1)
    await vendor.until(lambda v: v.queued == 4)
    assert vendor.book[0].state == "success"
    assert (await asker.generate()).status == 200
    vendor.release()
    await vendor.until(lambda v: v.queued == 0)


async def test_jobs_are_made_one_after_the_other_by_a_single_worker() -> None:
    clock = Clock()
    async with (
        Vendor(paint=sketch, latency_s=10, workers=1, clock=clock) as vendor,
        ClientSession() as session,
    ):
        asker = Asker(session, vendor)
        etas = [(await asker.generate()).json["eta"] for _ in range(3)]
        assert etas == [10, 20, 30]
        await vendor.until(lambda v: all(job.is_painted for job in v.book))
        states = []
        for clock.now in (1009.0, 1010.0, 1020.0, 1030.0):
            states.append([job.state for job in vendor.book].count("success"))
        assert states == [0, 1, 2, 3]


async def test_latency_may_be_thrown_by_dice_and_eta_may_lie() -> None:
    clock = Clock()
    async with (
        Vendor(paint=sketch, latency_s=lambda dice: 42, eta_s=1.5, clock=clock) as vendor,
        ClientSession() as session,
    ):
        first = await Asker(session, vendor).generate()
        assert first.json["eta"] == 1.5
        assert vendor.book[0].ready_at == clock.now + 42


async def test_answers_at_once_where_it_is_told_to() -> None:
    async with (
        Vendor(paint=sketch, answers_at_once=lambda order: order.samples == 1) as vendor,
        ClientSession() as session,
    ):
        asker = Asker(session, vendor)
        one, two = await asker.generate(), await asker.generate(samples=2)
        assert (one.json["status"], two.json["status"]) == ("success", "processing")
        assert one.json["generationTime"] >= 0
        vendor.next(Mood.PROCESSING)
        assert (await asker.generate()).json["status"] == "processing"


async def test_the_wallet_pays_and_an_empty_one_refuses(asker: Asker) -> None:
    vendor = asker.vendor
    vendor.balance = 0.01
    assert (await asker.generate(samples=2)).status == 200
    wallet = await asker.post("/wallet_balance", {})
    assert wallet.json == {"status": "success", "data": {"balance": 0.0006, "currency": "USD"}}
    empty = await asker.generate()
    assert (empty.status, vendor.accepted) == (402, 1)
    vendor.balance = 10
    assert (await asker.generate()).status == 200


async def test_the_count_is_throttled_to_thirty_a_minute() -> None:
    clock = Clock()
    async with Vendor(paint=sketch, clock=clock) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        path = "/v6/processing/request_count"
        statuses = [(await asker.post(path, {})).status for _ in range(31)]
        assert statuses == [200] * 30 + [429]
        clock.now += 61
        assert (await asker.post(path, {})).status == 200


async def test_a_stopped_vendor_comes_back_at_the_same_address_with_its_book(asker: Asker) -> None:
    vendor = asker.vendor
    first = await asker.generate()
    url = vendor.url
    await vendor.stop()
    with pytest.raises(ClientError):
        await asker.generate()
    assert vendor.posts == 1
    await vendor.start()
    assert vendor.url == url
    assert (await asker.result(first)).json["status"] == "success"


async def test_a_vendor_that_is_down_answers_503_everywhere(asker: Asker) -> None:
    asker.vendor.down = True
    for path, body in ((V7, V7_BODY), ("/wallet_balance", {})):
        assert (await asker.post(path, body)).status == 503
    asker.vendor.down = False
    assert (await asker.generate()).status == 200


async def test_a_forgotten_model_and_a_changed_key_are_refused(asker: Asker) -> None:
    del asker.vendor.models["flux"]
    assert (await asker.generate()).json["message"] == "Model not found: flux"
    asker.vendor.key = "another"
    assert (await asker.generate()).status == 401


async def test_ids_of_two_vendors_do_not_meet(asker: Asker) -> None:
    first = await asker.generate()
    async with Vendor(paint=sketch) as other, ClientSession() as session:
        second = await Asker(session, other).generate()
    assert first.json["id"] != second.json["id"]


async def test_waiting_in_vain_says_what_happened_instead(asker: Asker) -> None:
    await asker.generate()
    with pytest.raises(TimeoutError, match="posts=1"):
        await asker.vendor.until(lambda v: v.accepted == 2, timeout_s=0.05)


async def test_painting_does_not_hold_up_the_server() -> None:
    async with Vendor(paint=paint) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asker.generate(width=1024, height=1024, samples=4)
        longest = 0.0
        while vendor.book[0].state == "processing":
            began = loop.time()
            await asyncio.sleep(0.005)
            longest = max(longest, loop.time() - began)
        # Each of the four pictures takes a quarter: a blocked loop would show all of one.
        assert longest < 0.2 * (loop.time() - started)


def test_the_published_latency_has_the_published_quantiles() -> None:
    dice = random.Random(3)
    times = [published_latency_s(dice) for _ in range(4000)]
    assert 2.3 < statistics.median(times) < 2.7
    assert 4.5 < statistics.quantiles(times, n=20)[-1] < 6.5
    assert 20 < max(times) < 60


@pytest.mark.parametrize(("instant", "status"), [(False, "success"), (True, "processing")])
async def test_realtime_gives_a_ticket_at_once_where_one_is_wanted(
    instant: bool, status: str
) -> None:
    async with Vendor(paint=sketch, answers_at_once=True) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        answer = await asker.post(REALTIME, {**REALTIME_BODY, "instant_response": instant})
        assert answer.json["status"] == status
