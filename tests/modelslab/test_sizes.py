"""At which size the vendor works on a picture: within the rule, in the picture's proportions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.request import Kind
from bot.modelslab.catalogue import Catalogue, Model, vendor_size

CATALOGUE = Catalogue.built_in()
# What each rule says of a side, in px. Told apart by the sizes that the models were trained on.
LIMITS = {
    "flux": (512, 1024),
    "sdxl": (512, 1024),
    "realistic-vision-v13": (512, 1024),
    "midjourney": (512, 1024),
    "pony_realism": (1024, 2048),
    "realtime": (256, 1024),
    "flux-kontext-dev": (256, 1024),
}
FRAMED = [
    pytest.param(model, kind, id=f"{kind}-{model.id}")
    for kind in (Kind.REMIX, Kind.INPAINT)
    for model in CATALOGUE.search("", kind=kind, limit=1000)
    if model.id in LIMITS
]
sides = st.integers(1, 20_000)


@pytest.mark.parametrize(("model", "kind"), FRAMED)
@given(sides, sides)
def test_any_picture_gets_a_size_within_the_rule(
    model: Model, kind: Kind, width_px: int, height_px: int
) -> None:
    low, high = LIMITS[model.id]
    size = vendor_size(model, kind, width_px, height_px)
    assert size is not None
    assert all(low <= side <= high and side % 8 == 0 for side in size)
    # Turned, it is the same size turned.
    assert vendor_size(model, kind, height_px, width_px) == size[::-1]
    if max(width_px, height_px) * low <= min(width_px, height_px) * high:
        assert size[0] / size[1] == pytest.approx(width_px / height_px, rel=0.016)
    else:
        assert {min(size), max(size)} == {low, high}


@pytest.mark.parametrize(
    ("model_id", "picture", "size"),
    [
        ("sdxl", (1024, 1024), (1024, 1024)),
        ("sdxl", (300, 200), (1024, 680)),
        ("sdxl", (4000, 3000), (1024, 768)),
        ("sdxl", (1080, 1920), (576, 1024)),
        ("sdxl", (2000, 1000), (1024, 512)),
        ("sdxl", (3000, 1000), (1024, 512)),
        ("midjourney", (1024, 1024), (640, 640)),
        ("midjourney", (4000, 3000), (736, 552)),
        ("midjourney", (1920, 1080), (912, 512)),
        ("pony_realism", (512, 512), (1024, 1024)),
        ("pony_realism", (1920, 1080), (1824, 1024)),
        ("pony_realism", (1000, 3000), (1024, 2048)),
        ("flux-kontext-dev", (3000, 1000), (1024, 344)),
    ],
)
def test_sizes_for_some_pictures(
    model_id: str, picture: tuple[int, int], size: tuple[int, int]
) -> None:
    model = CATALOGUE.get(model_id)
    assert model is not None
    assert vendor_size(model, Kind.REMIX, *picture) == size


@pytest.mark.parametrize("kind", [Kind.UPSCALE, Kind.CUTOUT, Kind.DESCRIBE])
def test_tools_take_a_picture_as_it_is(kind: Kind) -> None:
    assert vendor_size(CATALOGUE.tool(kind), kind, 300, 200) is None
