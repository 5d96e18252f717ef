"""Asks the vendor as a careless client would: raw bodies out, status and JSON back."""

import asyncio
import io
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from sandbox.modelslab import Vendor

JSON = "application/json"
V7 = "/v7/images/text-to-image"
V6 = "/v6/images/text2img"
REALTIME = "/v6/realtime/text2img"
V7_BODY: dict[str, object] = {
    "model_id": "flux",
    "prompt": "a red fox",
    "width": 512,
    "height": 512,
    "seed": 7,
}
V6_BODY: dict[str, object] = {
    "model_id": "sdxl",
    "prompt": "a red fox",
    "width": 512,
    "height": 512,
    "seed": 7,
}
REALTIME_BODY: dict[str, object] = {"prompt": "a red fox", "seed": 7}


@dataclass
class Answer:
    status: int
    json: Any
    text: str


@dataclass
class Asker:
    session: ClientSession
    vendor: Vendor

    async def post(self, path: str, body: object, *, key: str | None = "sandbox-key") -> Answer:
        """POST to a path below the base address, or to a whole address."""
        url = path if path.startswith("http") else self.vendor.url + path
        if isinstance(body, dict) and key is not None:
            body = {"key": key, **body}
        # As a stream: aiohttp warns of large bodies that are sent in one piece.
        packed, headers = io.BytesIO(json.dumps(body).encode()), {"Content-Type": JSON}
        async with self.session.post(url, data=packed, headers=headers) as response:
            text = await response.text()
            is_json = response.content_type == JSON
            return Answer(response.status, await response.json() if is_json else None, text)

    async def generate(self, **changes: object) -> Answer:
        return await self.post(V7, {**V7_BODY, **changes})

    async def result(self, first: Answer) -> Answer:
        """Fetch until it is no longer processing."""
        for _ in range(200):
            answer = await self.post(first.json["fetch_result"], {})
            if answer.json is None or answer.json.get("status") != "processing":
                return answer
            await asyncio.sleep(0.01)
        raise AssertionError("still processing after two hundred fetches")

    async def picture(self, link: str) -> tuple[int, str, bytes]:
        async with self.session.get(link) as response:
            return response.status, response.content_type, await response.read()
