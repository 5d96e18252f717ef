"""What is made of pictures shows what it was made from, pixel by pixel and over real HTTP."""

import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from PIL import Image

from sandbox.modelslab import Vendor
from sandbox.modelslab.painter import sketch
from tests.sandbox.asking import Asker
from tests.sandbox.pictures import (
    BODIES,
    CAPTION,
    CUT_OUT,
    FLUX,
    INPAINT,
    REALTIME_INPAINT,
    REALTIME_REMIX,
    REMIX,
    SDXL,
    UPSCALE,
    V6_INPAINT,
    V6_REMIX,
    ask,
    encoded,
    flat,
    handed_in,
    mask,
    noise,
    opened,
    result_of,
    uri,
)

UNREACHABLE = "Unable to fetch image from provided URL"
WRONG_SIZE = "Processing failed: Invalid input dimensions"
OLD = (200, 40, 90)


def painted(prompt: str = "a red fox", model: str = "flux", seed: int = 7) -> tuple[int, int, int]:
    """The colour that the quick painter gives to these words."""
    png = sketch(prompt, seed=seed, width_px=1, height_px=1, model=model)
    red, green, blue = opened(png).getpixel((0, 0))  # type: ignore[misc]
    return red, green, blue


@pytest.mark.parametrize("strength", [0, 0.25, 0.7, 1])
async def test_the_picture_shines_through_by_what_the_strength_leaves(
    asker: Asker, strength: float
) -> None:
    first = await ask(asker, REMIX, flat(OLD), strength=strength)
    result = await result_of(asker, first)
    mixed = [old + (new - old) * strength for old, new in zip(OLD, painted(), strict=True)]
    assert result.getpixel((9, 9)) == pytest.approx(mixed, abs=1)
    assert first.json["meta"]["strength"] == strength


async def test_each_sample_is_another_painting_over_the_same_picture(asker: Asker) -> None:
    first = await ask(asker, REMIX, flat(OLD), strength=0.5, samples=2)
    result = await asker.result(first)
    pictures = [opened((await asker.picture(link))[2]) for link in result.json["output"]]
    for seed, picture in enumerate(pictures, start=7):
        mixed = [(old + new) / 2 for old, new in zip(OLD, painted(seed=seed), strict=True)]
        assert picture.getpixel((9, 9)) == pytest.approx(mixed, abs=1)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (INPAINT, {"width": 512, "height": 520}),
        (V6_INPAINT, {"width": 512, "height": 520, "enhance_prompt": "no"}),
        (REALTIME_INPAINT, {"width": 512, "height": 520, "seed": 7}),
    ],
)
async def test_only_what_is_masked_changes(
    asker: Asker, path: str, more: dict[str, object]
) -> None:
    size, white = (512, 520), (101, 33, 400, 222)
    source = noise(size)
    first = await ask(asker, path, source, mask(size, white), **more)
    result = await result_of(asker, first)
    model = {INPAINT: "flux", V6_INPAINT: "sdxl"}.get(path, "realtime")
    expected = opened(source)
    expected.paste(painted(model=model), white)
    assert result.tobytes() == expected.tobytes()


async def test_grey_is_half_repainted(asker: Asker) -> None:
    size = (512, 512)
    first = await ask(asker, INPAINT, flat(OLD, size), mask(size, (0, 0, 256, 512), level=128))
    result = await result_of(asker, first)
    mixed = [old + (new - old) * 128 / 255 for old, new in zip(OLD, painted(), strict=True)]
    assert result.getpixel((9, 9)) == pytest.approx(mixed, abs=1)
    assert result.getpixel((300, 9)) == OLD


async def test_the_book_keeps_what_arrived_to_the_byte(asker: Asker) -> None:
    source, area = noise((512, 512)), mask((512, 512), (0, 0, 9, 9))
    await ask(asker, INPAINT, source, area)
    links = [await handed_in(asker, noise((20, 20), seed=seed)) for seed in range(3)]
    await asker.post(REMIX, {**FLUX, "model_id": "nano-banana-pro", "init_image": links})
    await asker.generate()
    inputs = [job.inputs for job in asker.vendor.book]
    assert inputs[0] == {"source": source, "mask": area}
    assert inputs[1] == {
        "source": noise((20, 20), seed=0),
        "source_2": noise((20, 20), seed=1),
        "source_3": noise((20, 20), seed=2),
    }
    assert inputs[2] == {}
    assert [upload.calls for upload in asker.vendor.uploads] == [1] * 5


async def test_further_pictures_show_in_the_result(asker: Asker) -> None:
    async def result(second: bytes) -> Image.Image:
        links = [await handed_in(asker, picture) for picture in (flat(OLD), second)]
        body = {**FLUX, "model_id": "nano-banana", "init_image": links[0], "init_image_2": links[1]}
        return await result_of(asker, await asker.post(REMIX, body))

    one, other = await result(flat((0, 250, 0))), await result(flat((0, 0, 250)))
    colours = one.getcolors(maxcolors=2**24)
    assert colours is not None
    assert (0, 250, 0) in {colour for _, colour in colours}
    assert one.getpixel((9, 9)) == other.getpixel((9, 9))
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("path", "picture_px", "changes", "size_px"),
    [
        (REMIX, (300, 200), {}, (768, 512)),
        (REMIX, (3000, 2000), {}, (1024, 680)),
        (REMIX, (640, 600), {}, (640, 600)),
        (REMIX, (640, 600), {"width": 512, "height": 1024}, (512, 1024)),
        (REMIX, (640, 600), {"width": 768}, (768, 720)),
        (REMIX, (900, 300), {"height": 512}, (1024, 512)),
        (REMIX, (640, 600), {"aspect_ratio": "16:9"}, (1024, 576)),
        (INPAINT, (640, 600), {}, (640, 600)),
        # v6 follows the picture, whatever is said.
        (V6_REMIX, (300, 201), {"width": 512, "height": 512}, (300, 201)),
        (V6_REMIX, (2000, 1000), {}, (1024, 512)),
        (V6_REMIX, (1100, 1030), {"model_id": "pony_realism"}, (1100, 1030)),
        (V6_REMIX, (300, 201), {"model_id": "flux-kontext-dev", "width": 768}, (768, 512)),
        # Elsewhere it is small unless it is told otherwise.
        (V6_INPAINT, (640, 600), {}, (512, 512)),
        (V6_INPAINT, (640, 600), {"width": "640", "height": "600"}, (640, 600)),
        (REALTIME_REMIX, (640, 600), {}, (512, 512)),
        (UPSCALE, (64, 48), {}, (192, 144)),
        (UPSCALE, (64, 48), {"scale": 2}, (128, 96)),
        (UPSCALE, (1500, 100), {"scale": 4}, (4096, 273)),
        (UPSCALE, (64, 48), {"scale": 1}, (64, 48)),
        (CUT_OUT, (333, 77), {}, (333, 77)),
    ],
)
async def test_the_size_of_the_result(
    asker: Asker,
    path: str,
    picture_px: tuple[int, int],
    changes: dict[str, object],
    size_px: tuple[int, int],
) -> None:
    area = mask(picture_px, (0, 0, 20, 20))
    first = await ask(asker, path, flat(OLD, picture_px), area, **changes)
    assert (await result_of(asker, first)).size == size_px


@pytest.mark.parametrize("path", [INPAINT, V6_INPAINT, REALTIME_INPAINT])
async def test_a_mask_of_another_size_is_refused(asker: Asker, path: str) -> None:
    answer = await ask(asker, path, flat(OLD, (512, 512)), mask((512, 511), (0, 0, 9, 9)))
    assert (answer.status, answer.json) == (400, {"status": "error", "message": WRONG_SIZE})
    assert asker.vendor.accepted == 0


@pytest.mark.parametrize(
    ("size", "taken"),
    [((1024, 2048), True), ((1023, 1024), False), ((1024, 2049), False)],
)
async def test_pony_wants_a_large_picture(asker: Asker, size: tuple[int, int], taken: bool) -> None:
    answer = await ask(asker, V6_REMIX, flat(OLD, size), model_id="pony_realism")
    assert (answer.status == 200) == taken
    assert taken or answer.json["message"] == WRONG_SIZE


async def test_an_enlarged_picture_is_the_same_one_with_its_transparency(asker: Asker) -> None:
    source = Image.new("RGBA", (40, 40), (10, 200, 30, 255))
    source.paste((0, 0, 0, 0), (20, 0, 40, 40))
    result = await result_of(asker, await ask(asker, UPSCALE, encoded(source), scale=3))
    assert (result.mode, result.getpixel((20, 60))) == ("RGBA", (10, 200, 30, 255))
    assert result.getpixel((100, 60))[3] == 0  # type: ignore[index]
    plain = await result_of(asker, await ask(asker, UPSCALE, flat(OLD), scale=2))
    assert (plain.mode, plain.getpixel((9, 9))) == ("RGB", OLD)


async def test_a_picture_may_be_cut_out_without_an_address(asker: Asker) -> None:
    for image in (uri(flat(OLD)), uri(flat(OLD)).partition(",")[2]):
        answer = await asker.post(CUT_OUT, {"image": image})
        assert answer.status == 200
        assert asker.vendor.book[-1].inputs == {"source": flat(OLD)}
        # An answer that echoes megabytes would be of no use.
    assert len(answer.text) < 3000


@pytest.mark.parametrize("path", [REALTIME_REMIX, CAPTION])
async def test_some_endpoints_take_no_webp(asker: Asker, path: str) -> None:
    for kind, status in (("PNG", 200), ("JPEG", 200), ("WEBP", 400)):
        assert (await ask(asker, path, flat(kind=kind))).status == status
    assert (await ask(asker, REMIX, flat(kind="WEBP"))).status == 200


@pytest.mark.parametrize("path", BODIES)
async def test_addresses_elsewhere_cannot_be_reached(asker: Asker, path: str) -> None:
    answer = await asker.post(path, BODIES[path])
    assert (answer.status, answer.json) == (400, {"status": "error", "message": UNREACHABLE})
    assert asker.vendor.accepted == 0


@pytest.mark.parametrize(
    "link",
    [
        "{origin}/temp/no-such.png",
        "{origin}/generations/no-such.png",
        "{origin}/_book",
        "{origin}/",
        "http://127.0.0.1:9/a.png",
        "{origin}@127.0.0.1:9/a.png",
        "http://[::1",
    ],
)
async def test_nor_can_what_does_not_lie_here(asker: Asker, link: str) -> None:
    link = link.format(origin=asker.vendor.origin)
    answer = await asker.post(REMIX, {**FLUX, "init_image": link})
    assert (answer.status, answer.json["message"]) == (400, UNREACHABLE)


async def test_a_result_may_be_worked_on_in_its_turn(asker: Asker) -> None:
    result = await asker.result(await asker.generate())
    answer = await asker.post(UPSCALE, {"init_image": result.json["output"][0], "scale": 2})
    assert (await result_of(asker, answer)).size == (1024, 1024)
    asker.vendor.hold()
    early = (await asker.generate()).json["future_links"][0]
    answer = await asker.post(UPSCALE, {"init_image": early})
    assert answer.json["message"] == UNREACHABLE


@pytest.fixture
async def neighbour() -> AsyncIterator[str]:
    """Another server on this machine, with a picture, a page and a way out."""

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=flat(OLD), content_type="image/png")

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>")

    async def way_out(_: web.Request) -> web.Response:
        raise web.HTTPFound("/picture.png")

    app = web.Application()
    app.add_routes(
        [web.get("/picture.png", picture), web.get("/page", page), web.get("/out", way_out)]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_tests_own_server_is_reached_where_that_was_allowed(neighbour: str) -> None:
    async with Vendor(paint=sketch, reachable=[neighbour]) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        statuses = []
        for path in ("/picture.png", "/page", "/out", "/none"):
            answer = await asker.post(REMIX, {**FLUX, "init_image": neighbour + path})
            statuses.append(answer.status)
        assert statuses == [200, 400, 400, 400]
        assert vendor.book[0].inputs == {"source": flat(OLD)}


async def test_without_leave_it_is_not(asker: Asker, neighbour: str) -> None:
    answer = await asker.post(REMIX, {**FLUX, "init_image": f"{neighbour}/picture.png"})
    assert answer.json["message"] == UNREACHABLE


@pytest.mark.parametrize("origin", ["https://127.0.0.1", "http://up.example", "http://10.0.0.1:80"])
async def test_only_this_machine_can_be_allowed(origin: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        Vendor(reachable=[origin])


async def test_a_turned_photo_is_taken_as_it_lies_in_the_file(asker: Asker) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    Image.new("RGB", (640, 512), OLD).save(target, "JPEG", exif=exif)
    link = await handed_in(asker, target.getvalue())
    first = await asker.post(V6_REMIX, {**SDXL, "init_image": link})
    assert (await result_of(asker, first)).size == (640, 512)
