"""The mask page in a tab: real strokes, clicks, keys, in the picture's pixels. Judges nothing."""

from dataclasses import dataclass
from typing import Any

from tests.web.gallery import Gallery
from tools.browser import Tab

Point = tuple[float, float]

#: From the picture's pixels to the window's.
_IN_WINDOW = """
    const box = document.querySelector('#picture').getBoundingClientRect();
    const scale = box.width / Number(document.querySelector('#studio').dataset.width);
    return arguments[0].map(([x, y]) => [box.left + x * scale, box.top + y * scale]);
"""
#: How opaque the mask is shown at these points, 0 to 255.
_SHOWN = """
    const sheet = document.querySelector('#mask');
    const fine = sheet.width / Number(document.querySelector('#studio').dataset.width);
    const paper = sheet.getContext('2d');
    return arguments[0].map(([x, y]) => paper.getImageData(x * fine, y * fine, 1, 1).data[3]);
"""
_WATCH = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
        window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


@dataclass(frozen=True, slots=True)
class MaskPage:
    """What a person does on the page, with a finger where it is a phone."""

    tab: Tab
    gallery: Gallery
    touch: bool

    async def watch(self) -> None:
        """Note what the Content-Security-Policy forbids, from the first line of every page on."""
        await self.tab.chrome("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)

    async def start(self, ticket: str) -> None:
        await self.tab.open(str(self.gallery.link(ticket)))
        await self.tab.click("button", "Start")
        await self.ready()

    async def ready(self) -> None:
        await self.tab.until("document.querySelector('#hint')?.textContent === 'Paint here'")
        await self.tab.until("document.querySelector('#picture').complete")

    async def draw(self, *points: Point) -> None:
        """One stroke along these points of the picture."""
        await self.tab.act(await self._stroke("one", points))

    async def pinch(self, one: tuple[Point, Point], other: tuple[Point, Point]) -> None:
        """Two fingers, each from its first point to its second."""
        await self.tab.act(await self._stroke("one", one), await self._stroke("two", other))

    async def wheel(self, at: Point, *, turns: int) -> None:
        ((x, y),) = await self._in_window([at])
        scroll = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": -120 * turns}
        scroll["duration"] = 0
        await self.tab.act({"type": "wheel", "id": "wheel", "actions": [scroll]})

    async def choose(self, tool: str) -> None:
        await self.tab.click(f'[data-tool="{tool}"]')

    async def do(self, action: str) -> None:
        await self.tab.click(f'[data-do="{action}"]')

    async def hold(self, key: str, *keys: str) -> None:
        """A key with others held down."""
        actions = [{"type": "keyDown", "value": each} for each in (*keys, key)]
        actions += [{"type": "keyUp", "value": each} for each in (key, *reversed(keys))]
        await self.tab.act({"type": "key", "id": "board", "actions": actions})

    async def shown(self, *points: Point) -> list[bool]:
        """Whether the mask is to be seen at these points of the picture."""
        return [level > 60 for level in await self.tab.run(_SHOWN, points)]

    async def scale(self) -> float:
        """The window's pixels to one of the picture."""
        (x, _), (other, _) = await self.tab.run(_IN_WINDOW, [(0, 0), (1000, 0)])
        return float(other - x) / 1000

    async def words(self, css: str) -> str:
        return str(await self.tab.run("return document.querySelector(arguments[0]).innerText", css))

    async def until_words(self, css: str, words: str, *, wait_s: float = 10.0) -> None:
        await self.tab.until(
            "document.querySelector(arguments[0])?.innerText.includes(arguments[1])",
            css,
            words,
            wait_s=wait_s,
        )

    async def asks_before_leaving(self) -> bool:
        """Drivers answer the question themselves, so it is looked whether it would be asked."""
        return bool(
            await self.tab.run(
                "const leaving = new Event('beforeunload', {cancelable: true});"
                "return !window.dispatchEvent(leaving);"
            )
        )

    async def violations(self) -> list[str]:
        return [str(each) for each in await self.tab.run("return window.violations")]

    async def _in_window(self, points: list[Point]) -> list[tuple[int, int]]:
        return [(round(x), round(y)) for x, y in await self.tab.run(_IN_WINDOW, points)]

    async def _stroke(self, name: str, points: tuple[Point, ...]) -> dict[str, Any]:
        (x, y), *others = await self._in_window(list(points))
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": x, "y": y, "duration": 0},
            {"type": "pointerDown", "button": 0},
            *(
                {"type": "pointerMove", "x": x, "y": y, "duration": 60}
                for x, y in others or [(x, y)]
            ),
            {"type": "pointerUp", "button": 0},
        ]
        kind = "touch" if self.touch else "mouse"
        return {
            "type": "pointer",
            "id": name,
            "parameters": {"pointerType": kind},
            "actions": steps,
        }
