"""Whatever bytes come back over a real socket, the client hands over a value and never raises."""

import random

import pytest

from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Accepted, Balance, Finished, Refused, StillRunning, Unclear
from tests.modelslab.bad_server import BadServer, Exchange
from tests.modelslab.oddities import assert_clean
from tests.modelslab.test_client import KEY, TICKET, submit

BODY = b'{"status":"processing","id":17,"eta":1}'
STATUS_LINES = [
    b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 999 ?", b"HTTP/1.1 0 ?",
    b"HTTP/2 200", b"HTTP/1.1 429 \xff", b"http/1.1 200 ok", b"ICY 200 OK", b"",
]  # fmt: skip
HEADERS = [
    b"Content-Type: application/json", b"Content-Type: \xff\xfe", b"Content-Type: text/html; x=\"",
    b"Content-Length: 39", b"Content-Length: 3", b"Content-Length: -1", b"Content-Length: many",
    b"Content-Length: 39\r\nContent-Length: 40", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked", b"Content-Encoding: gzip", b"Content-Encoding: br",
    b"Content-Encoding: deflate", b"Content-Encoding: nonsense", b"Retry-After: 1e400",
    b"Retry-After: \xf0\x9f\x92\xa9", b"Date: yesterday", b"Set-Cookie: a=b; path=/; \x00",
    b"Set-Cookie: =; expires=never", b"Location: ::::", b"Link: <<<>", b"Connection: keep-alive",
    b"Connection: upgrade\r\nUpgrade: websocket", b": empty", b"no colon", b" folded",
    b"X-Long: " + b"x" * 9000, b"Expect: 100-continue",
]  # fmt: skip


def rubbish(dice: random.Random) -> bytes:
    """An answer put together from good parts and bad ones, and perhaps damaged."""
    head = [dice.choice(STATUS_LINES), *dice.sample(HEADERS, dice.randint(0, 4))]
    answer = bytearray(b"\r\n".join(head) + b"\r\n\r\n" + BODY)
    for _ in range(dice.choice([0, 0, 1, 5])):
        answer[dice.randrange(len(answer))] = dice.randrange(256)
    return bytes(answer[: dice.choice([len(answer), dice.randrange(len(answer) + 1)])])


@pytest.mark.parametrize("seed", range(4))
async def test_an_answer_put_together_at_random(seed: int) -> None:
    dice = random.Random(seed)

    async def answers(exchange: Exchange) -> None:
        await exchange.raw(rubbish(dice))
        exchange.writer.close()

    async with (
        BadServer(answers) as server,
        ModelsLab(f"{server.url}/api", KEY, timeout_s=2) as lab,
    ):
        for asked in range(1, 61):
            for got in (await submit(lab), await lab.fetch(TICKET), await lab.balance()):
                assert isinstance(
                    got, Accepted | Finished | Refused | StillRunning | Unclear | Balance
                )
                assert_clean(got)
            # A POST that buys is never sent again by itself.
            bought = [one for one in server.requests if one.target.endswith("/text-to-image")]
            assert len(bought) == asked
