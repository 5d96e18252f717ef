"""The mask page's pictures for the README: a real page, painted on by a real mouse and finger."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from sandbox.modelslab import Vendor
from sandbox.modelslab.painter import paint
from tests.browser.painting import MaskPage, Point
from tests.engine.world import a_world
from tests.web.gallery import open_gallery
from tools.browser import open_tab

ASKED = "a black cat in a cosy room at night"
SEED = 5
SIZE = (1152, 864)
PROMPT = "a corgi puppy on a velvet cushion"
DESK, PHONE = (1280, 800), (360, 740)
#: Around the cat, in the picture's pixels.
OUTLINE: tuple[Point, ...] = (
    (532, 367),
    (586, 425),
    (663, 425),
    (730, 367),
    (753, 483),
    (788, 553),
    (758, 613),
    (768, 657),
    (760, 598),
    (768, 562),
    (823, 547),
    (887, 579),
    (868, 643),
    (823, 700),
    (814, 764),
    (740, 822),
    (548, 828),
    (503, 764),
    (538, 636),
    (471, 547),
    (512, 483),
)


async def take() -> dict[str, Image.Image]:
    """By file name: what the page looks like at a desk and on a phone while somebody paints."""
    taken: dict[str, Image.Image] = {}
    with tempfile.TemporaryDirectory(prefix="limner-pictures-") as folder:
        async with (
            Vendor() as vendor,
            a_world(Path(folder), vendor) as world,
            open_gallery(world) as gallery,
        ):
            painted = paint(ASKED, seed=SEED, width_px=SIZE[0], height_px=SIZE[1])
            source = await gallery.inputs.from_bytes(painted)
            for name, size in (("mask-page.png", DESK), ("mask-page-phone.png", PHONE)):
                async with open_tab(size) as tab:
                    page = MaskPage(tab, gallery, touch=size == PHONE)
                    await page.start(await gallery.ticket(source, prompt=PROMPT))
                    await _paint(page)
                    taken[name] = Image.open(io.BytesIO(await tab.picture())).convert("RGB")
    return taken


async def _paint(page: MaskPage) -> None:
    await page.tab.run(
        "const size = document.querySelector('#size');"
        "size.value = 70; size.dispatchEvent(new Event('input'));"
    )
    await page.choose("lasso")
    await page.draw(*OUTLINE)
    await page.choose("brush")
