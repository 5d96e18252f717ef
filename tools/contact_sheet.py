"""Paints the contact sheet: what the sandbox's painter makes of twenty prompts. Asks nobody.

`python -m tools.contact_sheet` writes docs/contact-sheet.webp.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from PIL import Image, ImageDraw, ImageFont

from sandbox.modelslab.painter import paint

TARGET = Path(__file__).parents[1] / "docs" / "contact-sheet.webp"
#: Each prompt with the seed that shows it best.
PROMPTS: tuple[tuple[str, int], ...] = (
    ("a red fox under the stars", 7),
    ("three birds over the sea at sunset", 2),
    ("portrait of a woman with red hair and green eyes", 5),
    ("an astronaut riding a horse", 2),
    ("a lighthouse in a thunderstorm", 5),
    ("a black cat in a cosy room at night", 5),
    ("a steam train in the snow, oil painting", 1),
    ("two boats on a lake at dawn, watercolour", 5),
    ("a dragon over a castle, pixel art", 3),
    ("a bear in the mountains, paper cut", 3),
    ("neon city, a car", 3),
    ("a knight in a forest, comic book", 4),
    ("a castle in the desert, isometric", 3),
    ("a bowl of fruit by the window", 5),
    ("aurora over a snowy valley, penguins", 4),
    ("an elephant in the desert, ink drawing", 3),
    ("a unicorn under a rainbow", 2),
    ("sea turtle and fish under the sea, claymation", 3),
    ("a rocket in space, low poly", 5),
    ("a dog with a red balloon, sticker", 2),
)
COLUMNS = 5
PAINTED_PX = 1024
SIDE_PX = 300
GAP_PX = 14
CAPTION_LINES = 2
TEXT_PX = 17
PAPER, INK = (250, 249, 246), (52, 50, 58)
QUALITY = 82


def sheet(side_px: int = SIDE_PX) -> Image.Image:
    """All prompts in rows, each picture painted large and shown `side_px` wide."""
    with ThreadPoolExecutor(2) as painters:
        pictures = list(painters.map(lambda asked: _picture(asked[0], asked[1], side_px), PROMPTS))
    whole = Image.new("RGB", size_px(side_px), PAPER)
    across, down = _cell_px(side_px)
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(TEXT_PX)
    for number, (picture, (prompt, _)) in enumerate(zip(pictures, PROMPTS, strict=True)):
        left = GAP_PX + number % COLUMNS * across
        top = GAP_PX + number // COLUMNS * down
        whole.paste(picture, (left, top))
        lines = wrapped(prompt, font, side_px)
        draw.multiline_text((left, top + side_px + 6), lines, fill=INK, font=font, spacing=3)
    return whole


def size_px(side_px: int = SIDE_PX) -> tuple[int, int]:
    """Width and height of the whole sheet."""
    across, down = _cell_px(side_px)
    return COLUMNS * across + GAP_PX, -(-len(PROMPTS) // COLUMNS) * down + GAP_PX


def _cell_px(side_px: int) -> tuple[int, int]:
    """From one picture to the next, across and down."""
    caption_px = CAPTION_LINES * TEXT_PX * 5 // 4 + 10
    return side_px + GAP_PX, side_px + caption_px + GAP_PX


def _picture(prompt: str, seed: int, side_px: int) -> Image.Image:
    png = paint(prompt, seed=seed, width_px=PAINTED_PX, height_px=PAINTED_PX)
    with Image.open(io.BytesIO(png)) as picture:
        return picture.resize((side_px, side_px), Image.Resampling.LANCZOS)


def wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width_px: int) -> str:
    """The text in lines of at most `width_px`, except where a single word is longer."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width_px:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=TARGET,
    help="The file to write; docs/contact-sheet.webp if not given.",
)
def main(out: Path) -> None:
    """Paint the contact sheet of the sandbox's painter."""
    whole = sheet()
    whole.save(out, quality=QUALITY, method=6)
    click.echo(f"{out}: {whole.width} x {whole.height} px, {out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
