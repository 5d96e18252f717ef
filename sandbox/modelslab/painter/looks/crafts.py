"""Clay and cut paper: looks that can be touched."""

import random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from sandbox.modelslab.painter.looks import paper


def clay(image: Image.Image, dice: random.Random) -> Image.Image:
    """Soft lumps with round edges and fingerprints."""
    side = min(image.size)
    soft = image.reduce(2).filter(ImageFilter.BoxBlur(side // 400))
    body = ImageEnhance.Color(soft).enhance(1.15)
    small = soft.reduce(2).convert("L")
    near = paper.relief(
        small.filter(ImageFilter.BoxBlur(paper.scaled(image, 2))), reach=max(1, side // 340)
    )
    far = paper.relief(
        small.filter(ImageFilter.BoxBlur(paper.scaled(image, 5))), reach=max(1, side // 140)
    )
    bevel = ImageChops.add(_steeper(near, 2.6), _steeper(far, 1.4), offset=-128)
    bevel = bevel.resize(soft.size, Image.Resampling.BICUBIC)
    prints = paper.relief(paper.grain(soft.size, dice, depth=26, cells=84, soft=1.0), reach=2)
    shaped = ImageChops.overlay(body, paper.grey(ImageChops.add(bevel, prints, offset=-128)))
    return shaped.resize(image.size, Image.Resampling.BICUBIC)


def _steeper(bump: Image.Image, gain: float) -> Image.Image:
    return bump.point([max(0, min(255, round(128 + (n - 128) * gain))) for n in range(256)])


def paper_cut(image: Image.Image, dice: random.Random) -> Image.Image:
    """Pastel paper with a little fibre in it; the sheets' shadows are drawn with the shapes."""
    pastel = Image.blend(image, Image.new("RGB", image.size, (255, 244, 232)), 0.2)
    fibre = paper.grain(image.size, dice, depth=4, cells=200, soft=0.6)
    return ImageChops.multiply(pastel, paper.grey(fibre))
