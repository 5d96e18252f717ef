"""Pictures to hand in, and how they are handed in, by a careless client."""

import base64
import io
import random

from PIL import Image, ImageDraw

from tests.sandbox.asking import Answer, Asker

Colour = tuple[int, int, int]
UPLOAD = "/v6/base64_to_url"
UPLOAD_TO_EDIT = "/v6/image_editing/base64_to_url"
REMIX = "/v7/images/image-to-image"
INPAINT = "/v7/images/inpaint"
V6_REMIX = "/v6/images/img2img"
V6_INPAINT = "/v6/images/inpaint"
REALTIME_REMIX = "/v6/realtime/img2img"
REALTIME_INPAINT = "/v6/realtime/inpaint"
UPSCALE = "/v6/image_editing/super_resolution"
CUT_OUT = "/v6/image_editing/removebg_mask"
CAPTION = "/v6/image_editing/caption"

INIT = "https://up.example/picture.png"
MASK = "https://up.example/mask.png"
FLUX: dict[str, object] = {"model_id": "flux", "prompt": "a red fox", "seed": 7}
SDXL: dict[str, object] = {"model_id": "sdxl", "prompt": "a red fox", "seed": 7}
#: Each path with a body that suits it but for its pictures.
BODIES: dict[str, dict[str, object]] = {
    REMIX: {**FLUX, "init_image": INIT},
    INPAINT: {**FLUX, "init_image": INIT, "mask_image": MASK},
    V6_REMIX: {**SDXL, "init_image": INIT},
    V6_INPAINT: {**SDXL, "init_image": INIT, "mask_image": MASK},
    REALTIME_REMIX: {"prompt": "a red fox", "init_image": INIT},
    REALTIME_INPAINT: {"prompt": "a red fox", "init_image": INIT, "mask_image": MASK},
    UPSCALE: {"init_image": INIT},
    CUT_OUT: {"image": INIT},
    CAPTION: {"init_image": INIT},
}


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return target.getvalue()


def flat(
    colour: Colour = (200, 40, 90), size: tuple[int, int] = (64, 48), kind: str = "PNG"
) -> bytes:
    return encoded(Image.new("RGB", size, colour), kind)


def noise(size: tuple[int, int], seed: int = 3) -> bytes:
    """Different in each pixel, so that a shift by one shows."""
    width, height = size
    return encoded(Image.frombytes("RGB", size, random.Random(seed).randbytes(3 * width * height)))


def mask(size: tuple[int, int], white: tuple[int, int, int, int], level: int = 255) -> bytes:
    picture = Image.new("L", size)
    left, top, right, bottom = white
    ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), fill=level)
    return encoded(picture)


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


async def handed_in(asker: Asker, content: bytes) -> str:
    """The address at which the vendor lends it."""
    answer = await asker.post(UPLOAD, {"base64_string": uri(content)})
    assert answer.status == 200, answer.text
    [link] = answer.json["output"]
    assert isinstance(link, str)
    return link


async def ask(
    asker: Asker,
    path: str,
    picture: bytes,
    mask: bytes | None = None,
    /,
    **changes: object,
) -> Answer:
    """Hand in the pictures and post what the path wants."""
    field = "image" if path == CUT_OUT else "init_image"
    body = {**BODIES[path], field: await handed_in(asker, picture)}
    if "mask_image" in body:
        body["mask_image"] = await handed_in(asker, mask or picture)
    return await asker.post(path, {**body, **changes})


async def result_of(asker: Asker, first: Answer) -> Image.Image:
    """The first picture of the result, downloaded."""
    assert first.json["status"] == "processing", first.text
    result = await asker.result(first)
    status, kind, content = await asker.picture(result.json["output"][0])
    assert (status, kind) == (200, "image/png")
    return opened(content)
