"""The contact sheet: twenty prompts, each with its picture, and light enough to commit."""

from PIL import Image, ImageFont

from sandbox.modelslab.painter.kinds import Scene, Style
from sandbox.modelslab.painter.plan import make_plan
from tools import contact_sheet
from tools.contact_sheet import PROMPTS, TARGET


def test_the_sheet_tells_much_in_twenty_prompts() -> None:
    plans = [make_plan(prompt, seed=seed) for prompt, seed in PROMPTS]
    assert len({prompt for prompt, _ in PROMPTS}) == 20
    assert len({plan.scene for plan in plans}) >= len(Scene) // 2
    assert len({plan.style for plan in plans}) >= len(Style) // 2
    assert len({actor.figure for plan in plans for actor in plan.actors}) >= 15


def test_every_prompt_stands_under_its_picture() -> None:
    font = ImageFont.load_default(contact_sheet.TEXT_PX)
    for prompt, _ in PROMPTS:
        lines = contact_sheet.wrapped(prompt, font, contact_sheet.SIDE_PX).split("\n")
        assert " ".join(lines) == prompt
        assert len(lines) <= contact_sheet.CAPTION_LINES
        assert all(font.getlength(line) <= contact_sheet.SIDE_PX for line in lines)


def test_the_committed_sheet_is_light_and_of_this_layout() -> None:
    assert TARGET.stat().st_size <= 400 * 1024
    with Image.open(TARGET) as sheet:
        assert sheet.format == "WEBP"
        assert sheet.size == contact_sheet.size_px()
