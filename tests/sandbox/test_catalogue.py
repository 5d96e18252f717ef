"""The bot's catalogue against the vendor's stand-in: two readings of the same documents."""

from dataclasses import replace

import pytest

from bot.domain.request import Aspect, ImageRequest, Kind
from bot.modelslab.calls import submission
from bot.modelslab.catalogue import Catalogue, Model, Review, Sizing, review
from tests.sandbox.asking import Asker

MODELS = Catalogue.built_in().search("", limit=1000)
ASKED = [
    (model, aspect)
    for model in MODELS
    for aspect in model.rules[Kind.IMAGINE].aspects or (Aspect.SQUARE,)
]


def body_and_path(model: Model, request: ImageRequest) -> tuple[str, dict[str, object]]:
    call = submission(
        model, request, prompt="a red fox", negative="fog", seed=2**32 - 1, track_id="17"
    )
    return f"/{call.path}", call.body


@pytest.mark.parametrize(
    ("model", "aspect"), ASKED, ids=[f"{model.id}-{aspect}" for model, aspect in ASKED]
)
async def test_every_model_in_every_shape_is_taken(
    asker: Asker, model: Model, aspect: Aspect
) -> None:
    rule = model.rules[Kind.IMAGINE]
    plain = ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model=model.id, aspect=aspect)
    rich = replace(
        plain,
        count=rule.max_count,
        enhance="enhance" not in rule.ignores,
        steps=None if rule.steps is None else int(rule.steps.high),
        guidance=None if rule.guidance is None else rule.guidance.high,
    )
    for request in (plain, rich):
        assert isinstance(review(model, request), Review)
        path, body = body_and_path(model, request)
        answer = await asker.post(path, body)
        assert (answer.status, answer.json["status"]) == (200, "processing"), answer.text

    order = asker.vendor.book[-1].order
    assert order.samples == rule.max_count
    if rule.sizes is not None:
        assert (order.width_px, order.height_px) == rule.sizes[aspect]
    elif rule.sizing is Sizing.ASPECT:
        assert order.width_px / order.height_px == pytest.approx(aspect.ratio, rel=0.01)
