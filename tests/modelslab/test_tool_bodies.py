"""What is posted to the tools, and for an upload: checked with the vendor's own OpenAPI files."""

import base64
import json

import jsonschema
import pytest

from bot.domain.request import Kind
from bot.modelslab.calls import Call, upload_body
from bot.modelslab.catalogue import side_max_px
from tests.modelslab import specs
from tests.modelslab.pictured import CATALOGUE, IMAGES, KEY, posted
from tests.modelslab.specs import Spec

TOOL_BODIES: dict[Kind, tuple[str, str, dict[str, object]]] = {
    Kind.UPSCALE: (
        "SuperResolutionRequest",
        "v6/image_editing/super_resolution",
        {
            "model_id": "realesr-general-x4v3",
            "init_image": IMAGES["source"],
            "scale": 4,
            "track_id": 123,
        },
    ),
    Kind.CUTOUT: (
        "RemoveBgMaskRequest",
        "v6/image_editing/removebg_mask",
        {"image": IMAGES["source"], "track_id": 123},
    ),
    Kind.DESCRIBE: (
        "CaptionRequest",
        "v6/image_editing/caption",
        {
            "init_image": IMAGES["source"],
            "prompt": "Describe this picture.",
            "length": "normal",
            "track_id": 123,
        },
    ),
}


@pytest.mark.parametrize("kind", TOOL_BODIES)
def test_tools_are_asked_as_the_vendors_openapi_file_wants(kind: Kind) -> None:
    schema, path, body = TOOL_BODIES[kind]
    found = posted(CATALOGUE.tool(kind), kind)
    assert found is not None
    assert found[1] == Call(path, body)
    spec = Spec(specs.EDITING, schema)
    spec.check({"key": KEY, **body})
    with pytest.raises(jsonschema.ValidationError):
        spec.check({"key": KEY, **body, "track_id": "123"})


@pytest.mark.parametrize(
    ("shape", "size", "scale"),
    [
        ((100, 100), None, 4),
        ((1024, 1024), None, 4),
        ((1025, 10), None, 3),
        ((10, 1365), None, 3),
        ((1366, 1366), None, 2),
        ((2048, 2048), None, 2),
        # Made smaller on the way there.
        ((6000, 3000), (2048, 1024), 2),
    ],
)
def test_a_picture_is_enlarged_as_far_as_it_can_be_delivered(
    shape: tuple[int, int], size: tuple[int, int] | None, scale: int
) -> None:
    tool = CATALOGUE.tool(Kind.UPSCALE)
    found = posted(tool, Kind.UPSCALE, shape, size=size)
    assert found is not None
    assert found[1].body["scale"] == scale
    assert max(size or shape) * scale <= 4096
    assert side_max_px(tool, Kind.UPSCALE) == 2048


def test_an_upload_is_what_the_vendors_openapi_file_wants() -> None:
    data = bytes(range(256))
    body = json.loads(upload_body(data, "image/jpeg", key='a "key" \\'))
    Spec(specs.GENERAL, "Base64ToUrlRequest").check(body)
    assert body["key"] == 'a "key" \\'
    head, _, packed = body["base64_string"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(packed, validate=True) == data
