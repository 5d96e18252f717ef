"""The sticker: the figures alone with a thick white border, or a round piece of the scene."""

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.cast import paint_cast
from sandbox.modelslab.painter.colours import WHITE, from_hue, mix
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.scenes import paint_scene
from sandbox.modelslab.painter.skies import paint_sky

#: The white border, as a share of the shorter side.
BORDER = 0.02
#: How much of the sheet the piece may fill, and how much it is enlarged for that.
FILLED, GROWN_MOST = 0.74, 1.6


def paint_sticker(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    backdrop = mix(from_hue(dice.random(), 0.3, 0.86), WHITE, 0.35)
    if plan.actors:
        blank = Image.new("RGB", canvas.size_px, backdrop)
        canvas.image.paste(blank)
        canvas.is_flat = True
        paint_cast(canvas, plan, air, dice)
        # What differs clearly from the blank sheet is figure.
        strange = ImageChops.difference(canvas.image, blank).reduce(4).split()
        most = ImageChops.lighter(ImageChops.lighter(strange[0], strange[1]), strange[2])
        shape = most.point([255 if level > 20 else 0 for level in range(256)])
    else:
        paint_sky(canvas, plan, air, dice)
        paint_scene(canvas, plan, air, dice)
        shape = Image.new("L", (canvas.size_px[0] // 4, canvas.size_px[1] // 4))
        inset = min(shape.size) // 10
        box = (inset, inset, shape.width - inset, shape.height - inset)
        ImageDraw.Draw(shape).rounded_rectangle(box, radius=min(shape.size) // 5, fill=255)
    _cut_out(canvas, _centred(canvas, shape), backdrop)


def _centred(canvas: Canvas, shape: Image.Image) -> Image.Image:
    """Move the piece to the middle and make it as large as fits; its shape, in the same place."""
    found = shape.getbbox()
    if found is None:
        return shape
    wide, high = found[2] - found[0], found[3] - found[1]
    grow = min(shape.width * FILLED / wide, shape.height * FILLED / high, GROWN_MOST)
    size = (round(wide * grow), round(high * grow))
    corner = ((shape.width - size[0]) // 2, (shape.height - size[1]) // 2)
    moved = Image.new("L", shape.size)
    moved.paste(shape.resize(size, Image.Resampling.BILINEAR, box=found), corner)
    piece = canvas.image.resize(
        (size[0] * 4, size[1] * 4),
        Image.Resampling.BICUBIC,
        box=(found[0] * 4, found[1] * 4, found[2] * 4, found[3] * 4),
    )
    canvas.image.paste(piece, (corner[0] * 4, corner[1] * 4))
    return moved


def _cut_out(canvas: Canvas, shape: Image.Image, backdrop: tuple[int, int, int]) -> None:
    size = canvas.size_px
    reach = min(shape.size) * BORDER
    wider = shape.filter(ImageFilter.GaussianBlur(reach))
    wider = wider.point([max(0, min(255, (level - 24) * 12)) for level in range(256)])
    shadow = ImageChops.offset(wider, round(reach / 2), round(reach * 0.7))
    shadow = shadow.filter(ImageFilter.GaussianBlur(reach / 2)).point(
        [n * 5 // 12 for n in range(256)]
    )
    sheet = Image.new("RGB", shape.size, backdrop)
    sheet.paste(mix(backdrop, (30, 20, 40), 0.7), (0, 0), shadow)
    sheet.paste(WHITE, (0, 0), wider)
    sheet = sheet.resize(size, Image.Resampling.BICUBIC)
    crisp = shape.filter(ImageFilter.GaussianBlur(1)).resize(size, Image.Resampling.BICUBIC)
    canvas.image.paste(Image.composite(canvas.image, sheet, crisp))
