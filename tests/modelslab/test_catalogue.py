"""Finding models, and telling an asker what a model cannot do."""

import itertools
from dataclasses import replace

import pytest

from bot.domain.refusal import BadOption
from bot.domain.request import COUNT_MAX, Aspect, ImageRequest, Kind
from bot.modelslab.catalogue import Catalogue, Model, Review, Sizing, review
from bot.modelslab.model import Family

CATALOGUE = Catalogue.built_in()
MODELS = CATALOGUE.search("", limit=1000)
CHOSEN = (Kind.IMAGINE, Kind.REMIX, Kind.INPAINT)
TOOLED = (Kind.UPSCALE, Kind.CUTOUT, Kind.DESCRIBE)

KNOWN = {kind: CATALOGUE.search("", kind=kind, limit=1000) for kind in CHOSEN} | {
    kind: [CATALOGUE.tool(kind)] for kind in TOOLED
}
EVERYTHING = [
    pytest.param(kind, found, id=f"{kind}-{found.id}")
    for kind, models in KNOWN.items()
    for found in models
]


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None
    return found


def request(model_id: str, **options: object) -> ImageRequest:
    return replace(
        ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model=model_id),
        **options,  # type: ignore[arg-type]
    )


def reviewed(model_id: str, **options: object) -> Review:
    result = review(model(model_id), request(model_id, **options))
    assert isinstance(result, Review), result
    return result


def refused(model_id: str, **options: object) -> BadOption:
    result = review(model(model_id), request(model_id, **options))
    assert isinstance(result, BadOption), result
    return result


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("flux", "flux"),
        ("FLUX", "flux"),
        ("Pony-Realism", "pony_realism"),
        ("pony realism", "pony_realism"),
        (" z_image_turbo ", "z-image-turbo"),
        ("imagen-4.0-ultra", "imagen-4.0-ultra"),
    ],
)
def test_an_id_is_known_in_any_spelling(typed: str, meant: str) -> None:
    assert model(typed).id == meant


@pytest.mark.parametrize("typed", ["", "floox", "flux-2", "-"])
def test_an_unknown_id_is_none(typed: str) -> None:
    assert CATALOGUE.get(typed) is None


def test_ids_and_names_are_told_apart() -> None:
    everything = set(itertools.chain(*KNOWN.values()))
    assert len({model.id.lower() for model in everything}) == len(everything) >= 30
    assert len({model.name.lower() for model in everything}) == len(everything)
    # Discord shows at most 100 characters of a choice.
    assert all(0 < len(model.name) <= 60 and len(model.id) <= 60 for model in everything)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("flux", "flux"),
        ("flux pro", "flux-pro-1.1"),
        ("ZIMAGE", "z-image-turbo"),
        ("ultra", "flux-pro-1.1-ultra"),
        ("sed dream", "seedream-4.5"),
        ("midjorney", "midjourney"),
        ("runway", "gen4_image"),
        ("realistic vis", "realistic-vision-v13"),
    ],
)
def test_a_search_forgives(typed: str, first: str) -> None:
    assert CATALOGUE.search(typed)[0].id == first


def test_an_empty_search_is_the_popular_order() -> None:
    assert CATALOGUE.search("")[0].id == "flux"
    assert [m.id for m in CATALOGUE.search(" ", limit=3)] == [m.id for m in MODELS[:3]]


def test_a_search_for_nothing_like_it_finds_nothing() -> None:
    assert CATALOGUE.search("xyzzyqqq") == []
    assert CATALOGUE.close("xyzzyqqq") == ()
    assert CATALOGUE.close("") == ()
    assert len(CATALOGUE.search("x" * 100_000)) <= 25


def test_look_alikes_are_at_most_three() -> None:
    assert CATALOGUE.close("flx")[0] == "flux"
    assert len(CATALOGUE.close("flux")) == 3


@pytest.mark.parametrize("found", MODELS, ids=lambda found: found.id)
def test_sizes_keep_the_vendors_rules(found: Model) -> None:
    rule = found.rules[Kind.IMAGINE]
    if rule.sizing is not Sizing.PIXELS:
        assert rule.sizes is None
        return
    assert rule.sizes is not None
    assert set(rule.sizes) == set(rule.aspects) == set(Aspect)
    low, high = {"pony_realism": (1024, 2048), "z-image-turbo": (256, 1488)}.get(
        found.id, (512 if rule.family is Family.V7 else 256, 1024)
    )
    for aspect, (width_px, height_px) in rule.sizes.items():
        assert low <= min(width_px, height_px) <= max(width_px, height_px) <= high
        assert width_px % 64 == height_px % 64 == 0
        assert width_px / height_px == pytest.approx(aspect.ratio, rel=0.03)


def test_ignored_options_are_named_in_the_commands_order_and_taken_out() -> None:
    found = reviewed(
        "flux", negative="blurry", steps=30, lora="x", lora_strength=0.5, enhance=True, seed=1
    )
    assert found.ignored == ("negative", "lora", "lora_strength", "enhance")
    assert found.request == request("flux", steps=30, seed=1)


def test_what_nobody_set_is_not_called_ignored() -> None:
    assert reviewed("imagen-3").ignored == ()
    assert reviewed("flux", negative="  ", lora=" , ").ignored == ()


def test_a_model_that_takes_no_shape_says_so() -> None:
    found = reviewed("imagen-3", aspect=Aspect.WIDE)
    assert found.ignored == ("aspect",)
    assert found.request.aspect is Aspect.SQUARE


def test_a_loras_strength_without_a_lora_is_ignored() -> None:
    found = reviewed("sdxl", lora_strength=0.5)
    assert found.ignored == ("lora_strength",)
    assert found.request.lora_strength is None


def test_a_request_is_said_in_the_models_own_words() -> None:
    found = review(model("pony_realism"), request("Pony-Realism", lora=" a , b,"))
    assert isinstance(found, Review)
    assert (found.request.model, found.request.lora) == ("pony_realism", "a,b")
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("model_id", "options", "bad"),
    [
        ("imagen-4", {"count": 2}, BadOption("count", "1")),
        ("flux", {"count": 5}, BadOption("count", "at most 4")),
        ("flux", {"count": 0}, BadOption("count", "at most 4")),
        ("imagen-4", {"aspect": Aspect.PHOTO}, BadOption("aspect", "1:1, 4:3, 3:4, 16:9, 9:16")),
        ("gen4_image", {"aspect": Aspect.SCREEN}, BadOption("aspect", "1:1, 16:9, 9:16")),
        ("flux", {"steps": 51}, BadOption("steps", "1 to 50")),
        ("pony_realism", {"steps": 21}, BadOption("steps", "1 to 20")),
        ("sdxl", {"guidance": 0.5}, BadOption("guidance", "1 to 20")),
        ("sdxl", {"guidance": float("nan")}, BadOption("guidance", "1 to 20")),
        ("flux-pro-1.1", {"guidance": 10.5}, BadOption("guidance", "1 to 10")),
        ("sdxl", {"lora": "x", "lora_strength": 1.5}, BadOption("lora_strength", "0.1 to 1")),
        ("sdxl", {"lora": "x" * 201}, BadOption("lora", "at most 200 characters")),
    ],
)
def test_what_cannot_work_is_refused_with_what_would(
    model_id: str, options: dict[str, object], bad: BadOption
) -> None:
    assert refused(model_id, **options) == bad


def test_a_number_out_of_range_is_no_matter_where_it_is_ignored() -> None:
    assert reviewed("imagen-4", steps=500, guidance=99.0).ignored == ("steps", "guidance")


@pytest.mark.parametrize(("kind", "found"), EVERYTHING)
def test_defaults_suit_every_model(kind: Kind, found: Model) -> None:
    rule = found.rules[kind]
    assert reviewed(found.id, kind=kind).request == request(found.id, kind=kind)
    assert 1 <= rule.max_count <= COUNT_MAX
    for allowed in (rule.strength, rule.steps, rule.guidance):
        assert allowed is None or allowed.default is None or allowed.default in allowed
    assert ("aspect" in rule.ignores) == (kind is not Kind.IMAGINE or not rule.aspects)
    assert ("strength" in rule.ignores) == (rule.strength is None)
    assert rule.takes <= {"prompt", "negative", "seed", "lora", "lora_strength"}


def test_each_kind_of_work_has_its_models() -> None:
    remix = {found.id for found in CATALOGUE.search("", kind=Kind.REMIX, limit=1000)}
    inpaint = {found.id for found in CATALOGUE.search("", kind=Kind.INPAINT, limit=1000)}
    checkpoints = {"flux", "sdxl", "realistic-vision-v13", "midjourney", "pony_realism", "realtime"}
    assert inpaint == checkpoints
    assert remix == checkpoints | {
        "nano-banana-pro", "seedream-4.5-i2i", "seedream-4.0-i2i", "seededit-i2i",
        "flux-kontext-pro", "flux-kontext-dev", "flux-2-pro",
    }  # fmt: skip
    # These would need a second picture.
    assert CATALOGUE.get("nano-banana") is None
    assert CATALOGUE.get("gen4_image_turbo") is None


def test_a_search_offers_only_what_knows_the_kind() -> None:
    assert CATALOGUE.search("kontext") == []
    assert CATALOGUE.search("kontext", kind=Kind.REMIX)[0].id == "flux-kontext-pro"
    assert CATALOGUE.search("imagen", kind=Kind.REMIX, limit=1) != CATALOGUE.search("imagen")[:1]
    assert CATALOGUE.close("kontekst", kind=Kind.REMIX)[0].startswith("flux-kontext")
    assert "flux-kontext-pro" not in CATALOGUE.close("flux-kontext-pro")


@pytest.mark.parametrize("kind", TOOLED)
def test_a_tool_is_found_but_never_offered(kind: Kind) -> None:
    tool = CATALOGUE.tool(kind)
    assert tool.kinds == {kind}
    assert CATALOGUE.get(tool.id) is tool
    assert CATALOGUE.default(kind, "flux") == tool.id
    for every in Kind:
        assert tool not in CATALOGUE.search("", kind=every, limit=1000)
        assert tool.id not in CATALOGUE.close(tool.id, kind=every)
        assert tool not in CATALOGUE.search(tool.id, kind=every)


@pytest.mark.parametrize("kind", CHOSEN)
def test_there_is_no_tool_where_a_model_is_chosen(kind: Kind) -> None:
    with pytest.raises(LookupError):
        CATALOGUE.tool(kind)


@pytest.mark.parametrize(
    ("kind", "preferred", "default"),
    [
        (Kind.IMAGINE, "Pony-Realism", "pony_realism"),
        (Kind.INPAINT, "midjourney", "midjourney"),
        (Kind.INPAINT, "nano-banana-pro", "flux"),
        (Kind.REMIX, "nano-banana-pro", "nano-banana-pro"),
        (Kind.REMIX, "imagen-4", "flux"),
        (Kind.IMAGINE, "flux-kontext-pro", "flux"),
        (Kind.IMAGINE, "no such model", "flux"),
        (Kind.UPSCALE, "flux", "realesr-general-x4v3"),
    ],
)
def test_the_preferred_model_is_the_default_where_it_knows_the_kind(
    kind: Kind, preferred: str, default: str
) -> None:
    assert CATALOGUE.default(kind, preferred) == default


@pytest.mark.parametrize(
    ("kind", "wanted", "allowed", "default"),
    [
        (Kind.IMAGINE, ["sdxl", "flux"], {"flux", "sdxl"}, "sdxl"),
        (Kind.IMAGINE, [None, "SDXL"], {"flux", "sdxl"}, "sdxl"),
        (Kind.IMAGINE, ["sdxl", "midjourney"], {"flux", "midjourney"}, "midjourney"),
        (Kind.IMAGINE, ["sdxl"], {"midjourney", "flux"}, "flux"),
        (Kind.IMAGINE, ["sdxl"], {"flux-kontext-pro", "imagen-4"}, "imagen-4"),
        (Kind.REMIX, ["sdxl"], {"imagen-4", "flux-kontext-pro"}, "flux-kontext-pro"),
        # A refusal has to name something.
        (Kind.REMIX, ["sdxl"], {"imagen-4"}, "sdxl"),
        (Kind.REMIX, ["imagen-4"], {"imagen-4", "no model any more"}, "flux"),
        (Kind.REMIX, ["sdxl"], set(), "sdxl"),
    ],
)
def test_the_default_is_one_that_is_allowed_wherever_there_is_one(
    kind: Kind, wanted: list[str | None], allowed: set[str], default: str
) -> None:
    assert CATALOGUE.default(kind, *wanted, allowed=allowed) == default


def test_without_a_model_for_it_there_is_no_default() -> None:
    with pytest.raises(LookupError):
        Catalogue([model("imagen-4")]).default(Kind.INPAINT, "imagen-4")


@pytest.mark.parametrize(
    ("model_id", "kind", "works"),
    [
        ("imagen-4", Kind.INPAINT, "flux, sdxl, realistic-vision-v13, midjourney, pony_realism"),
        ("imagen-4", Kind.REMIX, "flux, sdxl, nano-banana-pro, seedream-4.5-i2i, flux-kontext-pro"),
        ("flux-kontext-pro", Kind.IMAGINE, "flux, sdxl, nano-banana-pro, imagen-4, seedream-4.5"),
        ("caption", Kind.IMAGINE, "flux, sdxl, nano-banana-pro, imagen-4, seedream-4.5"),
        ("flux", Kind.UPSCALE, "realesr-general-x4v3"),
    ],
)
def test_a_model_that_does_not_know_the_kind_is_refused_with_some_that_do(
    model_id: str, kind: Kind, works: str
) -> None:
    assert refused(model_id, kind=kind) == BadOption("model", works)


def test_options_that_do_not_reach_a_picture_are_named() -> None:
    options = {
        "strength": 0.4, "negative": "blurry", "aspect": Aspect.WIDE, "seed": 5, "steps": 20,
        "guidance": 5.0, "lora": "x", "lora_strength": 0.5, "enhance": True,
    }  # fmt: skip
    sdxl = reviewed("sdxl", kind=Kind.REMIX, **options)
    assert sdxl.ignored == (
        "aspect", "seed", "steps", "guidance", "lora", "lora_strength", "enhance",
    )  # fmt: skip
    assert sdxl.request == request("sdxl", kind=Kind.REMIX, strength=0.4, negative="blurry")
    assert reviewed("pony_realism", kind=Kind.INPAINT, **options).ignored == ("aspect",)
    assert reviewed("flux-kontext-dev", kind=Kind.REMIX, **options).ignored == (
        "aspect", "lora", "lora_strength",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("model_id", "kind"),
    [
        ("nano-banana-pro", Kind.REMIX),
        ("flux-kontext-pro", Kind.REMIX),
        ("flux", Kind.IMAGINE),
        ("realesr-general-x4v3", Kind.UPSCALE),
    ],
)
def test_a_strength_is_ignored_where_there_is_none(model_id: str, kind: Kind) -> None:
    found = reviewed(model_id, kind=kind, strength=7.0)
    assert found.ignored == ("strength",)
    assert found.request.strength is None


@pytest.mark.parametrize(
    ("model_id", "kind", "options", "bad"),
    [
        ("flux", Kind.REMIX, {"strength": 1.01}, BadOption("strength", "0 to 1")),
        ("flux", Kind.REMIX, {"strength": -0.1}, BadOption("strength", "0 to 1")),
        ("flux", Kind.INPAINT, {"count": 5}, BadOption("count", "at most 4")),
        ("flux-2-pro", Kind.REMIX, {"count": 2}, BadOption("count", "1")),
        ("caption", Kind.DESCRIBE, {"count": 2}, BadOption("count", "1")),
        ("flux-kontext-dev", Kind.REMIX, {"guidance": 20.5}, BadOption("guidance", "0 to 20")),
        ("pony_realism", Kind.REMIX, {"steps": 21}, BadOption("steps", "1 to 20")),
    ],
)
def test_what_cannot_work_on_a_picture_is_refused_with_what_would(
    model_id: str, kind: Kind, options: dict[str, object], bad: BadOption
) -> None:
    assert refused(model_id, kind=kind, **options) == bad
