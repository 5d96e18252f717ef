"""The vendor rings webhooks as its page on them says, and on bad days otherwise."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.modelslab import Bell, Mood, Tale, Turn, Vendor
from sandbox.modelslab.bells import NOT_HERE
from sandbox.modelslab.painter import sketch
from tests.sandbox.asking import REALTIME, REALTIME_BODY, V6, V6_BODY, V7, V7_BODY, Answer, Asker
from tests.sandbox.pictures import BODIES, CAPTION, CUT_OUT, UPSCALE, ask, flat, mask
from tests.sandbox.receiving import PATH, Receiver, a_receiver

WORDED = {V7: V7_BODY, V6: V6_BODY, REALTIME: REALTIME_BODY}
TOOLS = (UPSCALE, CUT_OUT, CAPTION)
SIZE = (64, 48)
QUIET_S = 0.06
SUCCESS_FIELDS = {"status", "id", "output", "generationTime", "track_id", "meta"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


async def submit(asker: Asker, path: str, **changes: object) -> Answer:
    if path in WORDED:
        return await asker.post(path, {**WORDED[path], **changes})
    return await ask(asker, path, flat(size=SIZE), mask(SIZE, (0, 0, 20, 20)), **changes)


async def rung(vendor: Vendor, count: int = 1) -> None:
    """Wait for that many bells, and for a while longer in case there are more."""
    await vendor.until(lambda v: len(v.bells) >= count)
    await asyncio.sleep(QUIET_S)
    assert len(vendor.bells) == count


# As documented.


@pytest.mark.parametrize("path", [*WORDED, *BODIES])
async def test_every_endpoint_rings_when_its_work_is_ready(
    asker: Asker, receiver: Receiver, path: str
) -> None:
    track_id: object = 17 if path in TOOLS else "17"
    first = await submit(asker, path, webhook=receiver.url, track_id=track_id)
    assert (first.json["status"], first.json["webhook_status"]) == ("processing", "")
    await rung(asker.vendor)
    [heard] = receiver.heard
    assert heard.content_type == "application/json"
    assert set(heard.json) == SUCCESS_FIELDS
    assert (heard.json["status"], heard.json["id"]) == ("success", first.json["id"])
    assert heard.json["track_id"] == track_id
    assert type(heard.json["track_id"]) is type(track_id)
    assert heard.json["generationTime"] >= 0
    assert heard.json["meta"]["id"] == str(first.json["id"])
    result = await asker.result(first)
    assert heard.json["output"] == result.json["output"] != []
    assert b"sandbox-key" not in heard.content


@pytest.mark.parametrize("mood", [Mood.FAILED_LATER(message="No"), Mood.ERROR_LATER(message="No")])
async def test_a_failure_is_told_too(asker: Asker, receiver: Receiver, mood: Turn) -> None:
    asker.vendor.next(mood)
    first = await asker.generate(webhook=receiver.url, track_id="17")
    await rung(asker.vendor)
    assert [heard.json for heard in receiver.heard] == [
        {"status": "failed", "id": first.json["id"], "message": "No", "track_id": "17"}
    ]


@pytest.mark.parametrize("path", [*WORDED, *BODIES])
@pytest.mark.parametrize(
    "wrong",
    [{"webhook": "bell"}, {"webhook": "ftp://up.example/bell"}, {"webhook": 5}, {"track_id": []}],
)
async def test_what_is_no_webhook_is_refused(
    asker: Asker, path: str, wrong: dict[str, object]
) -> None:
    answer = await submit(asker, path, **wrong)
    assert answer.status == 400
    assert next(iter(wrong)) in str(answer.json["message"])
    assert asker.vendor.accepted == 0


@pytest.mark.parametrize("path", [*WORDED, *BODIES])
async def test_a_track_id_is_a_number_for_the_tools_and_text_elsewhere(
    asker: Asker, path: str
) -> None:
    statuses = [(await submit(asker, path, track_id=track)).status for track in ("17", 17)]
    assert statuses == ([400, 200] if path in TOOLS else [200, 400])


async def test_nobody_is_rung_who_did_not_ask_or_was_refused(
    asker: Asker, receiver: Receiver
) -> None:
    asker.vendor.next(Mood.PROCESSING, Mood.JSON_503, Mood.BUSY_429)
    await asker.generate()
    for _ in range(2):
        await asker.generate(webhook=receiver.url)
    await asyncio.sleep(QUIET_S)
    assert (asker.vendor.bells, receiver.heard) == ([], [])


async def test_ids_are_told_as_they_are_and_a_missing_track_id_is_empty(
    asker: Asker, receiver: Receiver
) -> None:
    asker.vendor.next(Mood.STRING_IDS, Mood.FETCH_ID_DIFFERS)
    firsts = [await asker.generate(webhook=receiver.url) for _ in range(2)]
    await rung(asker.vendor, 2)
    told = [(heard.json["id"], heard.json["track_id"]) for heard in receiver.heard]
    assert sorted(told, key=str) == sorted([(first.json["id"], "") for first in firsts], key=str)


@pytest.mark.parametrize("bell", [Bell.WHEN_READY, Bell.LATE])
async def test_a_job_that_was_answered_at_once_rings_after_its_answer(
    asker: Asker, receiver: Receiver, bell: Bell
) -> None:
    receiver.answers.clear()
    receiver.witness = lambda: asker.vendor.requests[0].status
    asker.vendor.next(Mood.AT_ONCE(bell=bell))
    first = await asker.generate(webhook=receiver.url)
    assert first.json["status"] == "success"
    receiver.answers.set()
    await rung(asker.vendor)
    assert receiver.heard[0].seen == 200
    assert receiver.heard[0].json["output"] == first.json["output"]


async def test_the_bell_rings_on_release(asker: Asker, receiver: Receiver) -> None:
    vendor = asker.vendor
    vendor.hold()
    ids = [(await asker.generate(webhook=receiver.url)).json["id"] for _ in range(2)]
    await vendor.until(lambda v: all(job.is_painted for job in v.book))
    await asyncio.sleep(QUIET_S)
    assert receiver.heard == []
    vendor.release(1)
    await rung(vendor)
    vendor.release()
    await rung(vendor, 2)
    assert [heard.json["id"] for heard in receiver.heard] == ids


async def test_the_bell_goes_by_the_vendors_clock(receiver: Receiver) -> None:
    now = 1000.0
    async with (
        Vendor(paint=sketch, latency_s=60, clock=lambda: now) as vendor,
        ClientSession() as session,
    ):
        await Asker(session, vendor).generate(webhook=receiver.url)
        await asyncio.sleep(QUIET_S)
        assert vendor.bells == []
        now += 60
        await rung(vendor)
        assert receiver.heard[0].json["generationTime"] < 5


# Receivers have bad days, too.


async def test_a_bell_is_noted_with_what_came_of_it(asker: Asker, receiver: Receiver) -> None:
    receiver.status = 204
    first = await asker.generate(webhook=f"{receiver.url}?secret=1")
    await rung(asker.vendor)
    [bell] = asker.vendor.bells
    assert (bell.job_id, bell.path, bell.status, bell.error) == (first.json["id"], PATH, 204, "")
    assert asker.vendor.book[0].accepted_at <= bell.rung_at <= bell.answered_at


@pytest.mark.parametrize("status", [404, 413, 500, 503, 302, 307])
async def test_a_bell_is_rung_once_whatever_the_answer(
    asker: Asker, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    first = await asker.generate(webhook=receiver.url)
    await rung(asker.vendor)
    assert (asker.vendor.bells[0].status, len(receiver.heard)) == (status, 1)
    assert (await asker.result(first)).json["status"] == "success"


async def test_a_receiver_that_is_away_changes_nothing(asker: Asker) -> None:
    async with a_receiver() as gone:
        pass
    first = await asker.generate(webhook=gone.url)
    await rung(asker.vendor)
    [bell] = asker.vendor.bells
    assert bell.status is None
    assert "Cannot connect" in bell.error
    result = await asker.result(first)
    assert (await asker.picture(result.json["output"][0]))[0] == 200


async def test_a_receiver_that_hangs_is_given_up(receiver: Receiver) -> None:
    receiver.answers.clear()
    async with Vendor(paint=sketch, bell_timeout_s=0.05) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        first = await asker.generate(webhook=receiver.url)
        await rung(vendor)
        assert (vendor.bells[0].status, len(receiver.heard)) == (None, 1)
        assert "Timeout" in vendor.bells[0].error
        assert (await asker.result(first)).json["status"] == "success"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/bell",
        "http://169.254.169.254/bell",
        "http://10.0.0.1/bell",
        "http://localhost.example.com/bell",
        "http://127.0.0.1@example.com/bell",
        "http://127.0.0.1\\@example.com/bell",
        "http://[broken/bell",
    ],
)
async def test_addresses_elsewhere_are_never_rung(asker: Asker, address: str) -> None:
    first = await asker.generate(webhook=address)
    await rung(asker.vendor)
    assert (asker.vendor.bells[0].status, asker.vendor.bells[0].error) == (None, NOT_HERE)
    assert (await asker.result(first)).json["status"] == "success"


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999/bell", "https://127.0.0.1:{}/bell"])
async def test_an_address_that_cannot_be_rung_is_noted(asker: Asker, address: str) -> None:
    await asker.generate(webhook=address.format(asker.vendor.port))
    await rung(asker.vendor)
    assert asker.vendor.bells[0].status is None
    assert asker.vendor.bells[0].error not in ("", NOT_HERE)


# Bells that come when they should not.


async def test_a_bell_may_never_ring(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.next(Mood.PROCESSING(bell=Bell.NEVER))
    first = await asker.generate(webhook=receiver.url)
    assert (await asker.result(first)).json["status"] == "success"
    await asyncio.sleep(QUIET_S)
    assert (asker.vendor.bells, receiver.heard) == ([], [])


@pytest.mark.parametrize("bell", [Bell.WHEN_READY, Bell.EARLY, Bell.TWICE, Bell.LATE])
async def test_a_job_that_is_never_ready_does_not_ring(
    asker: Asker, receiver: Receiver, bell: Bell
) -> None:
    asker.vendor.next(Mood.NEVER(bell=bell))
    first = await asker.generate(webhook=receiver.url)
    assert first.json["status"] == "processing"
    await asker.vendor.until(lambda v: v.book[0].is_painted)
    await asker.post(first.json["fetch_result"], {})
    await asyncio.sleep(QUIET_S)
    assert asker.vendor.bells == []


async def test_a_bell_may_ring_twice(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.next(Mood.PROCESSING(bell=Bell.TWICE))
    first = await asker.generate(webhook=receiver.url)
    await rung(asker.vendor, 2)
    assert [heard.json["id"] for heard in receiver.heard] == [first.json["id"]] * 2


@pytest.mark.parametrize("mood", [Mood.PROCESSING, Mood.FETCH_MINIMAL, Mood.FAILED_LATER])
async def test_a_bell_may_be_late(asker: Asker, receiver: Receiver, mood: Mood) -> None:
    asker.vendor.next(mood(bell=Bell.LATE))
    first = await asker.generate(webhook=receiver.url)
    await asker.vendor.until(lambda v: v.book[0].state != "processing")
    await asyncio.sleep(QUIET_S)
    assert asker.vendor.bells == []
    for _ in range(2):
        await asker.post(first.json["fetch_result"], {})
    await rung(asker.vendor)


async def test_a_late_bell_waits_for_an_answer_with_pictures(
    asker: Asker, receiver: Receiver
) -> None:
    asker.vendor.next(Mood.EMPTY_OUTPUT_FOR_A_WHILE(times=1, bell=Bell.LATE))
    first = await asker.generate(webhook=receiver.url)
    await asker.vendor.until(lambda v: v.book[0].state == "success")
    await asker.post(first.json["fetch_result"], {})
    await asyncio.sleep(QUIET_S)
    assert asker.vendor.bells == []
    await asker.post(first.json["fetch_result"], {})
    await rung(asker.vendor)


async def test_a_bell_may_be_answered_before_the_request_is(
    asker: Asker, receiver: Receiver
) -> None:
    receiver.answers.clear()
    receiver.witness = lambda: asker.vendor.requests[0].status
    asker.vendor.latency_s = 3600
    asker.vendor.next(Mood.PROCESSING(bell=Bell.EARLY))
    asked = asyncio.create_task(asker.generate(webhook=receiver.url))
    await asker.vendor.until(lambda v: bool(receiver.heard))
    [heard] = receiver.heard
    assert heard.seen is None
    fetched = await asker.post(f"/v7/images/fetch/{heard.json['id']}", {})
    assert fetched.json["output"] == heard.json["output"]
    assert not asked.done()
    receiver.answers.set()
    first = await asked
    assert (first.json["status"], first.json["id"]) == ("processing", heard.json["id"])
    await rung(asker.vendor)


async def test_an_early_bell_is_held_like_any_other(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.hold()
    asker.vendor.next(Mood.PROCESSING(bell=Bell.EARLY))
    asked = asyncio.create_task(asker.generate(webhook=receiver.url))
    await asker.vendor.until(lambda v: bool(v.book) and v.book[0].is_painted)
    await asyncio.sleep(QUIET_S)
    assert (receiver.heard, asked.done()) == ([], False)
    asker.vendor.release()
    assert (await asked).status == 200
    await rung(asker.vendor)


async def test_an_early_bell_rings_though_its_asker_gave_up(
    asker: Asker, receiver: Receiver
) -> None:
    asker.vendor.hold()
    asker.vendor.next(Mood.PROCESSING(bell=Bell.EARLY))
    body = {"key": "sandbox-key", **V7_BODY, "webhook": receiver.url}
    with pytest.raises(asyncio.TimeoutError):
        await asker.session.post(
            asker.vendor.url + V7, json=body, timeout=ClientTimeout(total=0.05)
        )
    asker.vendor.release()
    await rung(asker.vendor)


@pytest.mark.parametrize("mood", [Mood.PROCESSING, Mood.AT_ONCE, Mood.NEVER])
async def test_a_bell_may_ring_before_the_work_is_ready(
    asker: Asker, receiver: Receiver, mood: Mood
) -> None:
    asker.vendor.next(mood(bell=Bell.NOT_READY))
    first = await asker.generate(webhook=receiver.url)
    assert first.json["status"] == "processing"
    await rung(asker.vendor)
    [heard] = receiver.heard
    assert heard.json["status"] == "success"
    assert (await asker.picture(heard.json["output"][0]))[0] == 404
    fetch = first.json["fetch_result"]
    states = [(await asker.post(fetch, {})).json["status"] for _ in range(2)]
    assert states == ["processing", "processing" if mood is Mood.NEVER else "success"]


async def test_without_a_webhook_the_bell_delays_nothing(asker: Asker) -> None:
    for bell in Bell:
        asker.vendor.next(Mood.PROCESSING(bell=bell))
        first = await asker.generate()
        await asker.vendor.until(lambda v: v.book[-1].state == "success")
        assert (await asker.post(first.json["fetch_result"], {})).json["status"] == "success"
    assert asker.vendor.bells == []


@pytest.mark.parametrize("mood", [Mood.HTML_502_BUT_ACCEPTED, Mood.HANGS, Mood.RESETS])
@pytest.mark.parametrize("bell", [Bell.WHEN_READY, Bell.EARLY, Bell.TWICE, Bell.NOT_READY])
async def test_the_bell_rings_though_the_answer_never_comes(
    asker: Asker, receiver: Receiver, mood: Mood, bell: Bell
) -> None:
    asker.vendor.next(mood(bell=bell))
    asked = asyncio.create_task(asker.generate(webhook=receiver.url, track_id="17"))
    await rung(asker.vendor, 2 if bell is Bell.TWICE else 1)
    job = asker.vendor.book[0]
    told = [(heard.json["id"], heard.json["track_id"]) for heard in receiver.heard]
    assert set(told) == {(job.id, "17")}
    if mood is Mood.HTML_502_BUT_ACCEPTED:
        assert (await asked).status == 502
        return
    assert asked.done() is (mood is Mood.RESETS)
    await asker.vendor.stop()
    with pytest.raises(ClientError):
        await asked


# Bells that tell what they should not.


async def told(asker: Asker, receiver: Receiver, turn: Turn, **changes: object) -> Answer:
    """The first answer of a job whose bell was rung."""
    asker.vendor.next(turn)
    first = await asker.generate(webhook=receiver.url, **changes)
    await asker.vendor.until(lambda v: bool(receiver.heard))
    return first


@pytest.mark.parametrize(("given", "wrong"), [("17", "18"), ("a", "a1"), (None, "1")])
async def test_a_bell_may_name_a_wrong_track_id(
    asker: Asker, receiver: Receiver, given: str | None, wrong: str
) -> None:
    turn = Mood.PROCESSING(tale=Tale.WRONG_TRACK_ID)
    first = await told(asker, receiver, turn, track_id=given)
    assert receiver.heard[0].json["track_id"] == wrong
    assert receiver.heard[0].json["id"] == first.json["id"]


async def test_a_wrong_track_id_of_the_tools_is_a_number(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.next(Mood.PROCESSING(tale=Tale.WRONG_TRACK_ID))
    await submit(asker, UPSCALE, webhook=receiver.url, track_id=17)
    await rung(asker.vendor)
    assert receiver.heard[0].json["track_id"] == 18


async def test_a_bell_may_name_another_job(asker: Asker, receiver: Receiver) -> None:
    victim = await asker.generate()
    await asker.post(V6, V6_BODY)
    turn = Mood.PROCESSING(tale=Tale.OTHER_JOB)
    first = await told(asker, receiver, turn, track_id="17")
    [heard] = receiver.heard
    assert heard.json["id"] == victim.json["id"] != first.json["id"]
    assert (heard.json["track_id"], heard.json["output"]) == ("17", first.json["future_links"])


@pytest.mark.parametrize("mood", [Mood.PROCESSING, Mood.STRING_IDS])
async def test_a_bell_may_name_nobodys_job(asker: Asker, receiver: Receiver, mood: Mood) -> None:
    first = await told(asker, receiver, mood(tale=Tale.OTHER_JOB))
    stray = receiver.heard[0].json["id"]
    assert type(stray) is type(first.json["id"])
    assert (await asker.post(f"/v7/images/fetch/{stray}", {})).status == 404


@pytest.mark.parametrize("mood", [Mood.PROCESSING, Mood.FAILED_LATER])
async def test_forged_links_are_noticed_when_they_are_fetched(
    asker: Asker, receiver: Receiver, mood: Mood
) -> None:
    await told(asker, receiver, mood(tale=Tale.FORGED_LINKS), samples=2)
    forged = receiver.heard[0].json["output"]
    assert len(forged) == 2
    assert not forged[0].startswith(asker.vendor.origin)
    assert asker.vendor.stranger_calls == 0
    assert (await asker.picture(forged[0]))[0] == 403
    assert asker.vendor.stranger_calls == 1


@pytest.mark.parametrize(
    ("turn", "status", "truth"),
    [
        (Mood.FAILED_LATER(tale=Tale.SUCCESS), "success", "failed"),
        (Mood.NEVER(bell=Bell.NOT_READY, tale=Tale.SUCCESS), "success", "processing"),
        (Mood.PROCESSING(tale=Tale.FAILURE), "failed", "success"),
        (Mood.FAILED_LATER(bell=Bell.NOT_READY), "failed", "processing"),
    ],
)
async def test_a_bell_may_contradict_the_fetch(
    asker: Asker, receiver: Receiver, turn: Turn, status: str, truth: str
) -> None:
    first = await told(asker, receiver, turn)
    await asker.vendor.until(lambda v: v.book[0].is_painted)
    assert receiver.heard[0].json["status"] == status
    assert (await asker.post(first.json["fetch_result"], {})).json["status"] == truth


@pytest.mark.parametrize(
    ("tale", "kind", "start"),
    [
        (Tale.NOT_JSON, "application/json", b"status="),
        (Tale.HTML, "text/html", b"<!DOCTYPE html>"),
        (Tale.LIST, "application/json", b'[{"status": "success"'),
    ],
)
async def test_a_bell_may_say_what_nobody_can_read(
    asker: Asker, receiver: Receiver, tale: Tale, kind: str, start: bytes
) -> None:
    await told(asker, receiver, Mood.PROCESSING(tale=tale))
    assert receiver.heard[0].content_type == kind
    assert receiver.heard[0].content.startswith(start)


async def test_a_bell_may_bring_ten_megabytes(asker: Asker, receiver: Receiver) -> None:
    first = await told(asker, receiver, Mood.PROCESSING(tale=Tale.HUGE))
    [heard] = receiver.heard
    assert len(heard.content) > 10_000_000
    assert heard.json["id"] == first.json["id"]


async def test_a_receiver_may_refuse_ten_megabytes(asker: Asker) -> None:
    async with a_receiver(max_bytes=1024) as careful:
        asker.vendor.next(Mood.PROCESSING(tale=Tale.HUGE))
        await asker.generate(webhook=careful.url)
        await rung(asker.vendor)
    bell = asker.vendor.bells[0]
    assert careful.heard == []
    # Whoever stops reading may be noticed before its answer is.
    assert bell.status == 413 or bell.error


async def test_when_and_what_are_scripted_apart(asker: Asker, receiver: Receiver) -> None:
    victim = await asker.generate()
    asker.vendor.default_mood = Mood.RESETS(bell=Bell.EARLY, tale=Tale.OTHER_JOB)
    with pytest.raises(ClientError):
        await asker.generate(webhook=receiver.url)
    assert [heard.json["id"] for heard in receiver.heard] == [victim.json["id"]]
    assert asker.vendor.bells[0].job_id == asker.vendor.book[1].id


# What tests read and pull.


async def test_fetches_are_counted_by_job(asker: Asker) -> None:
    firsts = [await asker.generate() for _ in range(2)]
    for first in (firsts[0], firsts[1], firsts[1]):
        await asker.post(first.json["fetch_result"], {})
    assert asker.vendor.fetches == {firsts[0].json["id"]: 1, firsts[1].json["id"]: 2}


async def test_a_bell_can_be_rung_by_hand(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.next(Mood.PROCESSING(bell=Bell.NEVER))
    await asker.generate(webhook=receiver.url)
    [job] = asker.vendor.book
    noted = [await asker.vendor.ring(job), await asker.vendor.ring(job, Tale.FAILURE)]
    assert asker.vendor.bells == noted
    assert [heard.json["status"] for heard in receiver.heard] == ["success", "failed"]


async def test_bells_are_scripted_and_read_from_outside(asker: Asker, receiver: Receiver) -> None:
    origin = asker.vendor.origin
    wish = {"mood": "processing", "bell": "twice", "tale": "wrong_track_id"}
    assert (await asker.post(f"{origin}/_mood", wish)).status == 204
    first = await asker.generate(webhook=receiver.url, track_id="17")
    await rung(asker.vendor, 2)
    assert [heard.json["track_id"] for heard in receiver.heard] == ["18", "18"]
    async with asker.session.get(f"{origin}/_book") as response:
        bells = (await response.json())["bells"]
    assert [(bell["job_id"], bell["path"], bell["status"], bell["error"]) for bell in bells] == [
        (first.json["id"], PATH, 200, "")
    ] * 2


@pytest.mark.parametrize("wish", [{"bell": "loud"}, {"tale": "tall"}])
async def test_an_unknown_bell_is_refused_with_the_known_ones(
    asker: Asker, wish: dict[str, object]
) -> None:
    answer = await asker.post(f"{asker.vendor.origin}/_mood", {"mood": "processing", **wish})
    assert answer.status == 400
    assert (answer.json["bells"], answer.json["tales"]) == (list(Bell), list(Tale))
    assert not asker.vendor.moods


# The vendor goes.


@pytest.mark.parametrize("bell", [Bell.WHEN_READY, Bell.EARLY])
@pytest.mark.parametrize("is_held", [True, False])
async def test_a_closed_vendor_drops_its_bells(
    receiver: Receiver, bell: Bell, is_held: bool
) -> None:
    receiver.answers.clear()
    tasks = asyncio.all_tasks()
    async with ClientSession() as session:
        async with Vendor(paint=sketch) as vendor:
            if is_held:
                vendor.hold()
            vendor.next(Mood.PROCESSING(bell=bell))
            asked = asyncio.create_task(Asker(session, vendor).generate(webhook=receiver.url))
            await vendor.until(lambda v: v.accepted == 1)
            if not is_held:
                await vendor.until(lambda v: len(receiver.heard) == 1)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 0.5
        # A vendor on its way out may answer or hang up.
        await asyncio.gather(asked, return_exceptions=True)
        vendor.release()
        await asyncio.sleep(QUIET_S)
    assert (vendor.bells, len(receiver.heard)) == ([], 0 if is_held else 1)
    receiver.answers.set()
    await asyncio.sleep(0)
    left = [repr(task.get_coro()) for task in asyncio.all_tasks() - tasks]
    assert not [coroutine for coroutine in left if "Bells." in coroutine]


async def test_a_stopped_vendor_still_rings(asker: Asker, receiver: Receiver) -> None:
    asker.vendor.hold()
    await asker.generate(webhook=receiver.url)
    await asker.vendor.stop()
    asker.vendor.release()
    await rung(asker.vendor)
    assert len(receiver.heard) == 1
