"""What ModelsLab is asked on the owner's account, what that buys, and how its answers are told."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.domain.job import VendorTicket
from bot.modelslab.client import Answer, ModelsLab, NoAnswer
from bot.modelslab.questions import Learned, Questions
from bot.modelslab.shape import told
from sandbox.modelslab import Mood, Vendor
from tests.doctor.practice import VENDOR_KEY, Practice

OLD = VendorTicket(family="v7/images", remote_id="11")


async def ask(vendor: Vendor, old: VendorTicket | None = None) -> dict[str, Learned]:
    """One round of questions without the waits between fetches."""

    async def soon(_: float) -> None:
        await asyncio.sleep(0.02)

    async with ModelsLab(vendor.url, VENDOR_KEY, timeout_s=5) as client:
        questions = Questions(client, key=VENDOR_KEY, base_url=vendor.url, sleep=soon)
        age = timedelta(days=12) if old else None
        return {found.question: found async for found in questions.ask(old=old, old_age=age)}


async def test_two_pictures_answer_what_can_be_answered() -> None:
    async with Vendor(VENDOR_KEY, latency_s=0.3) as vendor:
        found = await ask(vendor, OLD)

        assert vendor.accepted == 2
        switches = [(job.body["safety_checker"], job.body["enhance_prompt"]) for job in vendor.book]
        assert switches == [("yes", "no"), (True, False)]

    faults = found["HTTP code of an error on v7"].said
    assert faults[0] == (
        'unknown model: HTTP 400, {status: "error", '
        'message: "Model not found: limner-doctor-knows-no-such-model"}'
    )
    assert faults[1] == (
        'no prompt: HTTP 400, {status: "error", '
        'message: {prompt: ["The prompt field is required."]×1}}'
    )
    around = found["Type of an id on v7, and the answers around it"].said
    assert around[0].startswith('first answer: HTTP 200, {status: "processing", tip: text')
    assert ", id: integer," in around[0]
    assert around[1].startswith('first fetch: HTTP 200, {status: "processing"')
    assert around[2].startswith('last fetch: HTTP 200, {status: "success", id: integer')
    assert found["Whether v7 takes safety_checker and enhance_prompt"].said == (
        'as "yes" and "no": painted; echoed in meta: safety_checker \'yes\'',
        "as true and false: painted; echoed in meta: safety_checker 'yes'",
    )
    counts = found["Queue count before a job, when accepted, at its first fetch, and after it"]
    assert counts.said[0] == 'as "yes" and "no": 0, 1, 1, 0'
    kept = found["How long a job can be fetched"].said
    assert kept[0].startswith('a job just done: HTTP 200, {status: "success"')
    assert kept[1] == (
        'a job of 12 days ago: HTTP 404, {status: "error", message: "Request not found"}'
    )
    charged = found["What is charged (pictures that fail or are flagged stay open)"].said
    assert charged == (
        "requests that are refused: 0.0000 from the wallet",
        "2 painted of 2 asked for: 0.0094 from the wallet",
    )
    still_open = [question for question, learned in found.items() if not learned.said]
    assert still_open == [
        "The body of a 429",
        "Whether image-to-image on v7 takes a picture as data",
        "Where a caption stands in its answer",
    ]
    assert all(found[question].why_open for question in still_open)
    assert "MARKED" not in repr(found)


async def test_switches_that_are_refused_are_left_out_in_the_end() -> None:
    async with Vendor(VENDOR_KEY, answers_at_once=True) as vendor:
        fault = {"safety_checker": ["The safety_checker field is unknown."]}
        vendor.next(Mood.ERROR_DICT(message=fault), Mood.ERROR_DICT(message=fault))

        found = await ask(vendor)

        assert vendor.accepted == 1
        assert "safety_checker" not in vendor.book[0].body
    said = found["Whether v7 takes safety_checker and enhance_prompt"].said
    assert said[0].startswith('as "yes" and "no": refused as invalid: HTTP 422, {status: "error"')
    assert "The safety_checker field is unknown." in said[1]
    assert said[2].startswith("left out: painted")


async def test_an_unclear_answer_is_never_bought_again() -> None:
    async with Vendor(VENDOR_KEY) as vendor:
        vendor.next(Mood.HTML_502_BUT_ACCEPTED)

        found = await ask(vendor)

        assert vendor.accepted == 1
    said = found["Whether v7 takes safety_checker and enhance_prompt"].said
    assert len(said) == 1
    assert said[0].startswith('as "yes" and "no": unclear: HTTP 502, no JSON: a web page of')


async def test_nothing_is_bought_without_a_yes(practice: Practice) -> None:
    report = await practice.run("--ask-vendor", stdin="n\n")

    assert report.exit_code == 1
    assert report.text.startswith("This asks ModelsLab what its documents leave open. It paints")
    assert practice.vendor.requests == []


async def test_a_yes_given_beforehand_is_enough(practice: Practice) -> None:
    report = await practice.examine(ask_vendor=True)

    assert report.exit_code == 0
    assert practice.vendor.accepted == 2
    assert "\nHTTP code of an error on v7\n  - unknown model: HTTP 400, {" in report.text
    assert "\nThe body of a 429\n  - still open: it takes a full queue to see one\n" in report.text
    assert "key in the address: HTTP 404, no JSON: text of 14 bytes" in report.text
    assert report.text.splitlines()[-1].startswith("Nothing is sick")


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ({"status": "success", "id": 7}, '{status: "success", id: integer}'),
        ({"id": "7", "eta": 0.5, "output": ""}, "{id: text, eta: number, output: empty text}"),
        ({"data": {"balance": 5}}, "{data: {balance: integer}}"),
        ([{"a": None}, {"a": None}, {"a": True}], "[{a: null} …]×3"),
        ({"messege": "no, MARKED-KEY!"}, '{messege: "no, [redacted]!"}'),
        ({"message": "see https://x.example/a?b"}, '{message: "see (link)"}'),
        ({"error": {"by": "ana@mail.example"}}, '{error: {by: "[redacted]"}}'),
        ({"message": "x" * 500}, '{message: "' + "x" * 119 + '…"}'),
        ({"meta": {"prompt": "my own words"}}, "{meta: {prompt: text}}"),
        ({"https://x.example": 1, "ana@mail.example": 2}, "{(key): integer, (key): integer}"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "{a: {b: {c: {d: {…}}}}}"),
        (None, "null"),
    ],
)
def test_an_answer_is_told_by_its_shape(body: object, shape: str) -> None:
    answer = Answer(200, json.dumps(body).encode())

    assert told(answer, key="MARKED-KEY") == f"HTTP 200, {shape}"


def test_an_answer_that_is_no_json_is_told_by_its_kind() -> None:
    assert (
        told(Answer(502, b"<html>MARKED"), key="k") == "HTTP 502, no JSON: a web page of 12 bytes"
    )
    assert told(Answer(404, b"MARKED"), key="k") == "HTTP 404, no JSON: text of 6 bytes"
    assert told(Answer(200, b""), key="k") == "HTTP 200, no JSON: empty"
    assert told(NoAnswer("no answer within 5 s", sent=True), key="k") == "no answer within 5 s"
