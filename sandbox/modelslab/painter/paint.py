"""Paints one picture: plan, light, sky, land, figures, style, signature. Same words, same bytes."""

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from sandbox.modelslab.painter import styles
from sandbox.modelslab.painter.air import Air, make_air
from sandbox.modelslab.painter.canvas import PAPER_LIFT, Canvas
from sandbox.modelslab.painter.cast import paint_cast
from sandbox.modelslab.painter.diorama import paint_diorama
from sandbox.modelslab.painter.kinds import Style
from sandbox.modelslab.painter.plan import Plan, make_plan
from sandbox.modelslab.painter.scenes import paint_scene
from sandbox.modelslab.painter.skies import paint_sky, paint_weather
from sandbox.modelslab.painter.stickers import paint_sticker

SIGNATURE = "stand-in"
#: What lies under the signature, on whatever ground.
PLATE = (24, 20, 32, 110)
#: Encoding takes most of the time; level 1 is four times as fast as the default.
COMPRESSION = 1


def paint(
    prompt: str,
    *,
    negative: str = "",
    seed: int,
    width_px: int,
    height_px: int,
    model: str = "flux",
) -> bytes:
    """A PNG that shows what the prompt says, as far as the painter knows the words.

    Takes a few tenths of a second of pure computing: call it from a thread.
    """
    plan = make_plan(prompt, negative=negative, seed=seed, model=model)
    air = make_air(plan)
    dice = random.Random(plan.dice)
    canvas = Canvas(width_px, height_px, coarse=plan.style in styles.COARSE)
    match plan.style:
        case Style.ISOMETRIC:
            paint_diorama(canvas, plan, air, dice)
        case Style.STICKER:
            paint_sticker(canvas, plan, air, dice)
        case Style.PAPER_CUT:
            canvas.is_flat, canvas.lift = True, PAPER_LIFT
            _paint_view(canvas, plan, air, dice)
        case _:
            _paint_view(canvas, plan, air, dice)
    picture = styles.apply(canvas.finished(), plan.style, dice)
    _sign(picture)
    return _png(picture)


def sketch(
    prompt: str,
    *,
    negative: str = "",
    seed: int,
    width_px: int,
    height_px: int,
    model: str = "flux",
) -> bytes:
    """A PNG of one flat colour made of the same dice: for whoever needs thousands."""
    plan = make_plan(prompt, negative=negative, seed=seed, model=model)
    colour = tuple(random.Random(plan.dice).randbytes(3))
    return _png(Image.new("RGB", (width_px, height_px), colour))


def cover(png: bytes, veil: str) -> bytes:
    """The picture as the safety checker leaves it: blur, pixelate, black or a text."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        size = picture.size
        match veil:
            case "blur":
                small = picture.reduce(8).filter(ImageFilter.GaussianBlur(6))
                covered = small.resize(size, Image.Resampling.BICUBIC)
            case "pixelate":
                small = picture.resize((12, 12), Image.Resampling.BOX)
                covered = small.resize(size, Image.Resampling.NEAREST)
            case "black":
                covered = Image.new("RGB", size)
            case _:
                covered = Image.new("RGB", size, (36, 36, 40))
                middle = (size[0] / 2, size[1] / 2)
                font = _font(max(12, min(size) // 18))
                draw = ImageDraw.Draw(covered)
                draw.text(middle, "sensitive content", (200, 200, 204), font=font, anchor="mm")
    return _png(covered)


def _paint_view(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    paint_sky(canvas, plan, air, dice)
    paint_scene(canvas, plan, air, dice)
    if plan.style in styles.BLURRED and plan.actors:
        canvas.blur()
    paint_cast(canvas, plan, air, dice)
    paint_weather(canvas, plan, air, dice)


def _sign(picture: Image.Image) -> None:
    """Say in the corner, on a dark plate, that no model made this."""
    tall = max(10, min(picture.size) // 44)
    corner = (picture.width - tall, picture.height - tall * 0.8)
    draw = ImageDraw.Draw(picture, "RGBA")
    left, top, right, bottom = draw.textbbox(corner, SIGNATURE, font=_font(tall), anchor="rs")
    air = tall * 0.35
    plate = (left - air, top - air, right + air, bottom + air)
    draw.rounded_rectangle(plate, radius=air, fill=PLATE)
    draw.text(corner, SIGNATURE, (255, 255, 255, 225), font=_font(tall), anchor="rs")


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=COMPRESSION)
    return target.getvalue()
