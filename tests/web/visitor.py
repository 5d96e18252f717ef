"""A browser without a face: it keeps cookies and says where it comes from. Runs no script."""

from io import BytesIO

import aiohttp
from PIL import Image, ImageDraw

from tests.web.gallery import Gallery, png


class Browser:
    """What a browser does with a link, from its opening to the sent mask."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, ticket: str, leaf: str = "", **options: object) -> tuple[int, str]:
        async with self.http.get(self._at(ticket, leaf), **options) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.text(errors="replace")

    async def picture(self, ticket: str) -> bytes:
        async with self.http.get(self._at(ticket, "picture")) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
            return await answer.read()

    async def start(self, ticket: str, *, key: str | None = None) -> int:
        async with self.http.post(
            self._at(ticket, "start"),
            data=None if key is None else BytesIO(f"key={key}".encode()),
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        ) as answer:
            return answer.status

    async def submit(
        self,
        ticket: str,
        mask: bytes | None = None,
        prompt: str = "a lighthouse",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, object]]:
        form = aiohttp.FormData()
        form.add_field(
            "mask", BytesIO(mask or a_mask()), filename="mask.png", content_type="image/png"
        )
        form.add_field("prompt", prompt)
        sent = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
        async with self.http.post(self._at(ticket, "submit"), data=form, headers=sent) as answer:
            return answer.status, await answer.json()

    async def progress(self, ticket: str) -> dict[str, object]:
        async with self.http.get(self._at(ticket, "progress")) as answer:
            assert answer.status == 200
            said: dict[str, object] = await answer.json()
            return said

    def _at(self, ticket: str, leaf: str) -> str:
        return f"{self.gallery.link(ticket)}{'/' + leaf if leaf else ''}"


def a_mask(width_px: int = 96, height_px: int = 64, mode: str = "L") -> bytes:
    mask = Image.new(mode, (width_px, height_px))
    ImageDraw.Draw(mask).rectangle((10, 10, 29, 29), fill="white")
    return png(mask)


async def nothing_reserved(gallery: Gallery) -> bool:
    return await gallery.jobs() == [] and await gallery.world.booked() == 0
