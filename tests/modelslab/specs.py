"""The vendor's OpenAPI files as validators, with what is known to be wrong in them."""

import json
from pathlib import Path
from typing import Any

import jsonschema

SPECS = Path(__file__).parents[1] / "data" / "modelslab-openapi"
COMMUNITY = "image-generation__community-models.json"
REALTIME = "image-generation__realtime-stable-diffusion.json"
EDITING = "image-editing.json"
GENERAL = "general-api.json"

# Where the vendor's files contradict its own pages and examples, and what is believed instead.
YES_NO = {"enum": ["yes", "no"]}
DEVIATIONS: dict[str, dict[str, Any]] = {
    COMMUNITY: {
        "enhance_prompt": YES_NO,
        "safety_checker": {"anyOf": [{"type": "boolean"}, YES_NO]},
        "lora_strength": {"type": "string"},
    },
    # Its file has forgotten the field; the server refuses "yes" in it.
    REALTIME: {"enhance_prompt": {"type": "boolean"}, "safety_checker": {"const": True}},
    # Its file requires a prompt and does not list it.
    EDITING: {},
    GENERAL: {},
}
LARGER: dict[str, int] = {"pony_realism": 2048, "z-image-turbo": 1488}


class Spec:
    """One request schema: `check` raises for a body that it does not allow."""

    def __init__(self, file: str, schema: str, model_id: str = "") -> None:
        components = json.loads((SPECS / file).read_text())["components"]
        own = components["schemas"][schema]
        self.names: set[str] = set(own.get("properties", {})) | set(own["required"])
        for part in own.get("allOf", []):
            common = components["schemas"][part["$ref"].rsplit("/", 1)[1]]["properties"]
            common.update(DEVIATIONS[file])
            self.names |= set(common)
            if model_id in LARGER:
                for side in ("width", "height"):
                    common[side]["maximum"] = LARGER[model_id]
        self._validator = jsonschema.Draft202012Validator(
            {"components": components, "$ref": f"#/components/schemas/{schema}"}
        )

    def check(self, body: dict[str, Any]) -> None:
        self._validator.validate(body)
        unknown = set(body) - self.names
        assert not unknown, f"nothing tells of {unknown}"
