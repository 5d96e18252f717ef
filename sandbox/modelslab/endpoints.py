"""Every endpoint that makes jobs: where it stands, in which family, and who reads its bodies."""

from dataclasses import dataclass

from sandbox.modelslab import requests, reworks, tools
from sandbox.modelslab.requests import Check


@dataclass(frozen=True)
class Endpoint:
    """One endpoint that makes jobs."""

    name: str
    #: The API and its room, which is also where the fetch of its jobs lies.
    family: str
    check: Check

    @property
    def path(self) -> str:
        return f"/api/{self.family}/{self.name}"


V7, V6, REALTIME = "v7/images", "v6/images", "v6/realtime"
EDITING = "v6/image_editing"

ENDPOINTS = (
    Endpoint("text-to-image", V7, requests.check_v7_text_to_image),
    Endpoint("image-to-image", V7, reworks.check_v7_image_to_image),
    Endpoint("inpaint", V7, reworks.check_v7_inpaint),
    Endpoint("text2img", V6, requests.check_v6_text2img),
    Endpoint("img2img", V6, reworks.check_v6_img2img),
    Endpoint("inpaint", V6, reworks.check_v6_inpaint),
    Endpoint("text2img", REALTIME, requests.check_realtime_text2img),
    Endpoint("img2img", REALTIME, reworks.check_realtime_img2img),
    Endpoint("inpaint", REALTIME, reworks.check_realtime_inpaint),
    Endpoint("super_resolution", EDITING, tools.check_super_resolution),
    Endpoint("removebg_mask", EDITING, tools.check_removebg_mask),
    Endpoint("caption", EDITING, tools.check_caption),
)
FAMILIES = (V7, V6, REALTIME, EDITING)
#: Families whose fetch also takes the id as `request_id` in the body.
FETCHED_BY_BODY = (V6,)
