"""`make pictures`: the README's pictures, taken from sandbox and mask page in Chromium."""

import asyncio
import io
import sys
from pathlib import Path

import click
from PIL import Image

from tools import mask_pictures
from tools.browser import BrowserError, missing, open_tab
from tools.studio import ROOT, Page, start_sandbox

LIGHT_BYTES = 150_000
#: Pictures and fonts come a moment after the text.
SETTLE_S = 1.5
COLOURS = 255
#: One a job, after the sandbox's own.
WANTED = (
    "a lighthouse by the sea at sunset",
    "a red boat",
    "a green hill",
    "an owl at night",
    "a cat on a roof",
    "a snowy mountain",
    "a small robot",
)
#: As high as a card with its picture.
DESK = (1180, 1000)


async def take_all(folder: Path) -> None:
    """Every picture: the sandbox at a desk, then the mask page there and by phone."""
    async with start_sandbox("--latency", "4") as url, open_tab(DESK) as tab:
        await _at_the_desk(Page(tab), url, folder)
    async with start_sandbox("--latency", "12") as url, open_tab(DESK) as tab:
        await _in_line(Page(tab), url, folder)
    for name, seen in (await mask_pictures.take()).items():
        _write(seen, folder / name)


async def _at_the_desk(page: Page, url: str, folder: Path) -> None:
    await page.open(url)
    await page.until_said("1 picture, 199")
    await _save(page, folder / "sandbox.png")
    await page.imagine("a lighthouse by the sea at sunset", aspect="3:2", style="watercolour")
    await page.until_said("Being painted")
    await _save(page, folder / "progress.png", "Being painted")
    await page.until_said("1 picture, 198")
    await page.until_picture_in_view()
    await _save(page, folder / "imagine.png", "198 left")
    await page.press("Details")
    await page.until_said("Job 2")
    await _save(page, folder / "details.png", "Job 2")
    await page.press("V1")
    await page.until_said("from job 2")
    await page.until_said("197 left")
    await page.until_picture_in_view()
    await _save(page, folder / "remix.png", "197 left")
    await page.imagine("a lighthouse by the sea", model="seedream", count="3")
    await page.until_said("What works")
    await _save(page, folder / "refusal.png", "What works")
    await page.fill_in("a cat on a roof", model="pony", count="2")
    await page.offer("style", "p")
    await _save(page, folder / "picker.png", css="#channel-composer, .command-popup")


async def _in_line(page: Page, url: str, folder: Path) -> None:
    """More than the vendor takes at once; the rules for it; and what has become of it."""
    await page.open(url)
    for prompt in WANTED:
        await page.imagine(prompt)
    await page.ask("queue")
    await page.until_said("Your jobs")
    await _save(page, folder / "queue.png", "Your jobs")
    # What comes in above would push the next ones out of sight.
    for job_id in range(1, 2 + len(WANTED)):
        await page.until_said(f"today · job {job_id}", wait_s=60.0)
    await page.ask("limner quota", member_day="10", server_month="500")
    await page.until_said("Changed.")
    await page.ask("limner quota")
    await page.until_said("This server's limits")
    await _save(page, folder / "limner.png", "This server's limits")
    await page.ask("history")
    await page.until_said("What you asked for")
    await _save(page, folder / "history.png", "What you asked for")


async def _save(page: Page, path: Path, said: str = "", *, css: str = "") -> None:
    """What is seen: the whole page, or only the message that says that."""
    await asyncio.sleep(SETTLE_S)
    with Image.open(io.BytesIO(await page.tab.picture())) as seen:
        box = await page.box(said, css) if said or css else (0, 0, *seen.size)
        _write(seen.convert("RGB").crop(box), path)


def _write(picture: Image.Image, path: Path) -> None:
    """As PNG, in few colours where it would be heavy."""
    picture.save(path, optimize=True)
    if path.stat().st_size > LIGHT_BYTES:
        picture.quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    click.echo(f"{path.relative_to(ROOT)}: {picture.width}×{picture.height} px")


if __name__ == "__main__":
    if why := missing():
        sys.exit(f"make pictures: {why} (on Debian: apt install chromium chromium-driver)")
    target = ROOT / "docs" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(take_all(target))
    except BrowserError as error:
        sys.exit(f"make pictures: {error}")
