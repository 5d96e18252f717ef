"""The client against the stand-in, which was built from the vendor's documents on its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.job import VendorTicket
from bot.domain.request import Aspect, ImageRequest, Kind
from bot.modelslab.catalogue import Catalogue, Model, Review, review
from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Accepted, Balance, Finished, Reason, Refused, StillRunning, Unclear
from sandbox.modelslab import Mood, Turn, Vendor
from sandbox.modelslab.painter import sketch

CATALOGUE = Catalogue.built_in()
REQUEST = ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model="flux")
MODELS = [pytest.param(m, id=m.id) for m in CATALOGUE.search("", limit=1000)]


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(max_queued=1000, paint=sketch) as vendor:
        yield vendor


@pytest.fixture
async def lab(vendor: Vendor) -> AsyncIterator[ModelsLab]:
    async with ModelsLab(vendor.url, vendor.key, timeout_s=10) as lab:
        yield lab


async def submit(
    lab: ModelsLab, model: str | Model = "flux", **options: object
) -> Accepted | Finished | Refused | Unclear:
    known = CATALOGUE.get(model) if isinstance(model, str) else model
    assert known is not None
    asked = replace(REQUEST, model=known.id, **options)  # type: ignore[arg-type]
    found = review(known, asked)
    assert isinstance(found, Review)
    return await lab.submit(
        known, found.request, prompt="a red fox", negative="lowres", seed=7, track_id="1"
    )


async def fetch_to_the_end(lab: ModelsLab, ticket: VendorTicket) -> list[object]:
    """Every answer until a picture or a terminal one."""
    answers: list[object] = []
    for _ in range(300):
        got = await lab.fetch(ticket)
        answers.append(got)
        if isinstance(got, Finished):
            break
        if isinstance(got, Refused) and got.reason in (Reason.FAILED, Reason.CONTENT):
            break
        await asyncio.sleep(0.005)  # the painter is at it
    return answers


@pytest.mark.parametrize("model", MODELS)
async def test_every_model_is_accepted_in_every_shape_and_number(
    vendor: Vendor, lab: ModelsLab, model: Model
) -> None:
    vendor.hold()
    rule = model.rules[Kind.IMAGINE]
    for aspect in rule.aspects or (Aspect.SQUARE,):
        got = await submit(lab, model, aspect=aspect, count=rule.max_count)
        assert isinstance(got, Accepted), got
    assert vendor.accepted == vendor.posts == len(rule.aspects or (Aspect.SQUARE,))
    assert {job.order.samples for job in vendor.book} == {rule.max_count}
    if rule.sizes:
        made = {(job.order.width_px, job.order.height_px) for job in vendor.book}
        assert made == set(rule.sizes.values())


@pytest.mark.parametrize("model", ["flux", "pony_realism", "imagen-4.0-ultra"])
async def test_a_job_from_submission_to_links(vendor: Vendor, lab: ModelsLab, model: str) -> None:
    vendor.hold()
    got = await submit(lab, model, count=3)
    assert isinstance(got, Accepted)
    assert isinstance(await lab.fetch(got.ticket), StillRunning)
    vendor.release()
    (*_, done) = await fetch_to_the_end(lab, got.ticket)
    assert isinstance(done, Finished)
    assert len(done.ticket.links) == 3
    assert done.ticket.remote_id == got.ticket.remote_id
    assert not done.ticket.flagged
    if model != "imagen-4.0-ultra":
        assert done.seed == 7


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (Mood.ERROR_200, Reason.FAILED),
        (Mood.ERROR_4XX, Reason.INVALID),
        (Mood.ERROR_MESSEGE, Reason.INVALID),
        (Mood.ERROR_DICT, Reason.INVALID),
        (Mood.BUSY_429, Reason.BUSY),
        (Mood.BUSY_429(retry_after=None), Reason.BUSY),
        (Mood.BUSY_TEXT, Reason.BUSY),
        (Mood.NO_CREDITS, Reason.CREDITS),
        (Mood.NO_CREDITS_TEXT, Reason.CREDITS),
        (Mood.BAD_KEY, Reason.KEY),
        (Mood.PLAN_TOO_SMALL, Reason.PLAN),
        (Mood.MODERATION, Reason.CONTENT),
        (Mood.JSON_503, Reason.DOWN),
    ],
)
async def test_moods_that_surely_took_nothing(
    vendor: Vendor, lab: ModelsLab, mood: Mood | Turn, reason: Reason
) -> None:
    vendor.next(mood)
    got = await submit(lab)
    assert isinstance(got, Refused), got
    assert got.reason is reason
    assert got.message
    assert got.retry_after_s == (30 if mood is Mood.BUSY_429 else None)
    assert (vendor.accepted, vendor.posts) == (0, 1)


@pytest.mark.parametrize(
    "mood",
    [
        Mood.JSON_500,
        Mood.HTML_200,
        Mood.HTML_502,
        Mood.HTML_502_BUT_ACCEPTED,
        Mood.HANGS,
        Mood.RESETS,
    ],
)
async def test_moods_that_leave_it_open(vendor: Vendor, mood: Mood) -> None:
    vendor.next(mood)
    async with ModelsLab(vendor.url, vendor.key, timeout_s=0.5) as lab:
        assert isinstance(await submit(lab), Unclear)
    assert vendor.posts == 1


@pytest.mark.parametrize(
    "mood",
    [
        Mood.QUEUED,
        Mood.FETCH_404_FOR_A_WHILE,
        Mood.FETCH_HTML_FOR_A_WHILE,
        Mood.FETCH_BUSY_FOR_A_WHILE,
        Mood.EMPTY_OUTPUT_FOR_A_WHILE,
        Mood.FETCH_MINIMAL,
        Mood.FOREIGN_FETCH_RESULT,
        Mood.FETCH_ID_DIFFERS,
        Mood.STRING_IDS,
        Mood.OLD_SHAPES,
        Mood.FEWER_PICTURES,
    ],
)
async def test_odd_ways_to_a_picture(vendor: Vendor, lab: ModelsLab, mood: Mood) -> None:
    vendor.next(mood)
    got = await submit(lab, count=2)
    assert isinstance(got, Accepted), got
    answers = await fetch_to_the_end(lab, got.ticket)
    assert isinstance(answers[-1], Finished), answers
    assert answers[-1].ticket.links
    assert vendor.stranger_calls == 0
    assert vendor.posts == 1


@pytest.mark.parametrize("mood", [Mood.FAILED_LATER, Mood.ERROR_LATER])
async def test_a_job_that_fails_says_why(vendor: Vendor, lab: ModelsLab, mood: Mood) -> None:
    vendor.next(mood)
    got = await submit(lab)
    assert isinstance(got, Accepted)
    (*_, end) = await fetch_to_the_end(lab, got.ticket)
    assert isinstance(end, Refused)
    assert end.reason is Reason.FAILED
    assert end.message


@pytest.mark.parametrize("mood", [Mood.NSFW, Mood.NSFW_LIST])
async def test_flagged_pictures_are_known_as_such(
    vendor: Vendor, lab: ModelsLab, mood: Mood
) -> None:
    vendor.next(mood)
    got = await submit(lab)
    assert isinstance(got, Accepted)
    (*_, done) = await fetch_to_the_end(lab, got.ticket)
    assert isinstance(done, Finished)
    assert done.ticket.flagged


async def test_pictures_at_once(vendor: Vendor, lab: ModelsLab) -> None:
    vendor.next(Mood.AT_ONCE)
    got = await submit(lab, count=2)
    assert isinstance(got, Finished)
    assert len(got.ticket.links) == 2
    assert got.ticket.family == "v7/images"
    assert got.seed == 7


async def test_a_full_queue(vendor: Vendor, lab: ModelsLab) -> None:
    vendor.max_queued = 1
    vendor.hold()
    assert isinstance(await submit(lab), Accepted)
    got = await submit(lab)
    assert isinstance(got, Refused)
    assert (got.reason, got.retry_after_s) == (Reason.BUSY, 30.0)


async def test_an_unknown_model_is_called_unknown(vendor: Vendor, lab: ModelsLab) -> None:
    del vendor.models["flux"]
    got = await submit(lab)
    assert isinstance(got, Refused)
    assert got.reason is Reason.UNKNOWN_MODEL


async def test_the_wallet_and_a_wrong_key(vendor: Vendor, lab: ModelsLab) -> None:
    assert await lab.balance() == Balance(vendor.balance, "USD")
    vendor.key = "another"
    refused = await lab.balance()
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.KEY


async def test_a_vendor_that_is_down(vendor: Vendor, lab: ModelsLab) -> None:
    vendor.down = True
    got = await submit(lab)
    assert isinstance(got, Refused)
    assert got.reason is Reason.DOWN
    await vendor.stop()
    gone = await submit(lab)
    assert isinstance(gone, Refused)
    assert gone.reason is Reason.DOWN
    assert vendor.accepted == 0
