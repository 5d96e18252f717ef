"""Requests that start from a picture, and what is posted for them."""

from dataclasses import replace
from typing import Any

from bot.domain.request import ImageRequest, InputPicture, Kind
from bot.modelslab.calls import Call, submission
from bot.modelslab.catalogue import Catalogue, Model, Review, review

CATALOGUE = Catalogue.built_in()
KEY = "k"
IMAGES = {"source": "https://up.example/s.png", "mask": "https://up.example/m.png"}


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None
    return found


def picture(width_px: int, height_px: int) -> InputPicture:
    return InputPicture(
        sha256="0" * 64,
        mime="image/png",
        width_px=width_px,
        height_px=height_px,
        size_bytes=1000,
    )


def posted(
    model: Model,
    kind: Kind,
    shape: tuple[int, int] = (1024, 1024),
    *,
    size: tuple[int, int] | None = None,
    **wishes: Any,
) -> tuple[ImageRequest, Call] | None:
    """The request and its POST; None where the model's rule refuses the wish."""
    source = picture(*shape)
    mask = picture(*shape) if kind is Kind.INPAINT else None
    asked = ImageRequest(kind=kind, prompt="a fox", model=model.id, source=source, mask=mask)
    found = review(model, replace(asked, **wishes))
    if not isinstance(found, Review):
        return None
    call = submission(
        model,
        found.request,
        prompt="a fox, oil on canvas",
        negative=", ".join(filter(None, [found.request.negative, "lowres"])),
        seed=found.request.seed if found.request.seed is not None else 7,
        track_id="123",
        images=IMAGES,
        size=size,
    )
    return found.request, call
