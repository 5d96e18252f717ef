"""Finding models, and telling an asker what a model cannot do."""

from dataclasses import replace

import pytest

from bot.domain.refusal import BadOption
from bot.domain.request import COUNT_MAX, Aspect, ImageRequest, Kind
from bot.modelslab.catalogue import Catalogue, Model, Review, Sizing, review
from bot.modelslab.model import Generation

CATALOGUE = Catalogue.built_in()
MODELS = CATALOGUE.search("", limit=1000)


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
    assert len({model.id.lower() for model in MODELS}) == len(MODELS) >= 15
    assert len({model.name.lower() for model in MODELS}) == len(MODELS)
    # Discord shows at most 100 characters of a choice.
    assert all(0 < len(model.name) <= 60 and len(model.id) <= 60 for model in MODELS)


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
    if found.sizing is not Sizing.PIXELS:
        assert found.sizes is None
        return
    assert found.sizes is not None
    assert set(found.sizes) == set(found.aspects) == set(Aspect)
    low, high = {"pony_realism": (1024, 2048), "z-image-turbo": (256, 1488)}.get(
        found.id, (512 if found.generation is Generation.V7 else 256, 1024)
    )
    for aspect, (width_px, height_px) in found.sizes.items():
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


@pytest.mark.parametrize("found", MODELS, ids=lambda found: found.id)
def test_defaults_suit_every_model(found: Model) -> None:
    assert reviewed(found.id).request == request(found.id)
    assert 1 <= found.max_count <= COUNT_MAX
    for allowed in (found.steps, found.guidance):
        assert allowed is None or allowed.default is None or allowed.default in allowed
    assert ("steps" in found.ignores) == (found.steps is None)
    assert ("guidance" in found.ignores) == (found.guidance is None)
    assert ("aspect" in found.ignores) == (found.sizing is Sizing.NONE)
