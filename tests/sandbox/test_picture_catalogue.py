"""The bot's catalogue and client against the stand-in, for work that starts from pictures.

Two readings of the same documents, over real HTTP: uploads, bodies, sizes, results.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from PIL import Image

from bot.domain.job import VendorTicket
from bot.domain.request import ImageRequest, InputPicture, Kind
from bot.modelslab.catalogue import (
    Catalogue,
    Model,
    Range,
    Review,
    review,
    side_max_px,
    vendor_size,
)
from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Accepted, Finished, StillRunning, Uploaded
from sandbox.modelslab import Vendor
from sandbox.modelslab.replies import WordsIn
from sandbox.modelslab.wishes import followed
from tests.sandbox.pictures import flat, mask, noise, opened

CATALOGUE = Catalogue.built_in()
WORK = [
    pytest.param(model, kind, id=f"{kind}-{model.id}")
    for kind in (Kind.REMIX, Kind.INPAINT)
    for model in CATALOGUE.search("", kind=kind, limit=1000)
]
TOOLS = (Kind.UPSCALE, Kind.CUTOUT, Kind.DESCRIBE)
SHAPES = ((1024, 1024), (300, 200), (1080, 1920), (3000, 500))


@pytest.fixture
async def lab(vendor: Vendor) -> AsyncIterator[ModelsLab]:
    vendor.max_queued = 1000
    async with ModelsLab(vendor.url, vendor.key, timeout_s=10) as lab:
        yield lab


def at_the_vendor(model: Model, kind: Kind, shape: tuple[int, int]) -> tuple[int, int]:
    """What the picture measures when it is handed in."""
    size = vendor_size(model, kind, *shape)
    most = side_max_px(model, kind)
    if size is not None or most is None:
        return size or shape
    factor = min(1.0, most / max(shape))
    return round(shape[0] * factor), round(shape[1] * factor)


def plain_request(model: Model, kind: Kind, shape: tuple[int, int]) -> ImageRequest:
    picture = InputPicture(
        sha256="0" * 64, mime="image/png", width_px=shape[0], height_px=shape[1], size_bytes=1
    )
    area = picture if kind is Kind.INPAINT else None
    asked = ImageRequest(
        kind=kind, prompt="a red fox", model=model.id, source=picture, mask=area, strength=None
    )
    found = review(model, asked)
    assert isinstance(found, Review)
    return found.request


async def handed_over(lab: ModelsLab, content: bytes) -> str:
    said = await lab.upload(content, "image/png")
    assert isinstance(said, Uploaded), said
    return said.url


async def made(
    lab: ModelsLab, model: Model, request: ImageRequest, size: tuple[int, int], content: bytes
) -> Finished:
    """What comes of it in the end."""
    images = {"source": await handed_over(lab, content)}
    if request.kind is Kind.INPAINT:
        images["mask"] = await handed_over(lab, mask(size, (0, 0, size[0] // 2, size[1])))
    said = await lab.submit(
        model,
        request,
        prompt="a red fox",
        negative="fog",
        seed=2**32 - 1,
        track_id="17",
        images=images,
        size=size,
    )
    assert isinstance(said, Accepted), said
    return await fetched(lab, said.ticket, request.kind)


async def fetched(lab: ModelsLab, ticket: VendorTicket, kind: Kind) -> Finished:
    for _ in range(500):
        said = await lab.fetch(ticket, kind=kind)
        if not isinstance(said, StillRunning):
            assert isinstance(said, Finished), said
            return said
        await asyncio.sleep(0.005)  # the painter is at it
    raise AssertionError("never ready")


async def downloaded(link: str) -> Image.Image:
    async with ClientSession() as session, session.get(link) as response:
        return opened(await response.read())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("model", "kind"), WORK)
async def test_every_model_is_taken_with_every_shape(
    vendor: Vendor, lab: ModelsLab, model: Model, kind: Kind, shape: tuple[int, int]
) -> None:
    size = at_the_vendor(model, kind, shape)
    content = flat((10, 200, 30), size)
    done = await made(lab, model, plain_request(model, kind, shape), size, content)
    [job] = vendor.book
    assert job.inputs["source"] == content
    picture = await downloaded(done.ticket.links[0])
    if vendor_size(model, kind, *shape) is not None:
        # What is laid over the original must be of the size that was handed in.
        assert picture.size == size
    if kind is Kind.INPAINT:
        assert opened(job.inputs["mask"]).size == size
        assert picture.getpixel((size[0] - 1, 0)) == (10, 200, 30)
        assert picture.getpixel((0, 0)) != (10, 200, 30)


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize(("model", "kind"), WORK)
async def test_every_model_is_taken_with_every_wish(
    vendor: Vendor, lab: ModelsLab, model: Model, kind: Kind, high: bool
) -> None:
    rule = model.rules[kind]

    def end(limits: Range | None) -> float | None:
        return None if limits is None else (limits.high if high else limits.low)

    steps = end(rule.steps)
    asked = replace(
        plain_request(model, kind, (640, 640)),
        count=rule.max_count,
        strength=end(rule.strength),
        guidance=end(rule.guidance),
        steps=None if steps is None else int(steps),
        lora=None if "lora" in rule.ignores else "add-detail,film-grain",
        lora_strength=None if "lora_strength" in rule.ignores else 0.8,
        enhance=high and "enhance" not in rule.ignores,
    )
    found = review(model, asked)
    assert isinstance(found, Review)
    assert found.ignored == ()
    size = at_the_vendor(model, kind, (640, 640))
    done = await made(lab, model, found.request, size, flat(size=size))
    [job] = vendor.book
    assert len(done.ticket.links) == rule.max_count
    assert job.order.wish is not None
    if rule.strength is not None:
        assert job.order.wish.strength == end(rule.strength)


@pytest.mark.parametrize("shape", SHAPES)
async def test_what_is_enlarged_comes_back_larger(
    vendor: Vendor, lab: ModelsLab, shape: tuple[int, int]
) -> None:
    tool = CATALOGUE.tool(Kind.UPSCALE)
    shape = (shape[0] // 4, shape[1] // 4)
    size = at_the_vendor(tool, Kind.UPSCALE, shape)
    request = plain_request(tool, Kind.UPSCALE, shape)
    done = await made(lab, tool, request, size, flat(size=size))
    order = vendor.book[0].order
    assert order.wish is not None
    assert order.wish.scale > 1
    assert (order.width_px, order.height_px) == followed(order.wish, (0, 0), size)
    assert (order.width_px, order.height_px) == (
        size[0] * order.wish.scale, size[1] * order.wish.scale,
    )  # fmt: skip
    assert (await downloaded(done.ticket.links[0])).size == (order.width_px, order.height_px)


async def test_what_is_cut_out_has_transparency(vendor: Vendor, lab: ModelsLab) -> None:
    tool = CATALOGUE.tool(Kind.CUTOUT)
    request = plain_request(tool, Kind.CUTOUT, (300, 200))
    done = await made(lab, tool, request, (300, 200), flat(size=(300, 200)))
    picture = await downloaded(done.ticket.links[0])
    assert (picture.mode, picture.size) == ("RGBA", (300, 200))
    assert vendor.book[0].body["track_id"] == 17


@pytest.mark.parametrize(
    "place", ["output", "output_text", "meta", "caption", "description", "text"]
)
async def test_a_caption_is_found_wherever_it_lies(
    vendor: Vendor, lab: ModelsLab, place: WordsIn
) -> None:
    vendor.words_in = place
    tool = CATALOGUE.tool(Kind.DESCRIBE)
    request = plain_request(tool, Kind.DESCRIBE, (300, 200))
    done = await made(lab, tool, request, (300, 200), noise((300, 200)))
    assert done.text == vendor.book[0].words
    assert vendor.book[0].words.startswith("A wide picture in ")
