"""Words in a PNG: all of them can be read again, and no pixel byte has moved."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from bot.domain.errors import PictureError
from bot.pictures import verify, with_text
from bot.pictures.formats import png_chunks
from tests.pictures.pictures import SAMPLES, painting, saved


def _chunks(png: bytes) -> list[bytes]:
    return [png[chunk.start : chunk.end] for chunk in png_chunks(png)]


def _texts(png: bytes) -> dict[str, str]:
    with Image.open(BytesIO(png)) as picture:
        assert isinstance(picture, PngImageFile)
        picture.load()
        return {keyword: str(text) for keyword, text in picture.text.items()}


def test_texts_are_read_again_and_every_old_chunk_is_untouched() -> None:
    png = SAMPLES["png"]
    texts = {"Prompt": "a red fox, über allem", "Model": "flux", "Seed": "42", "Job": "17"}

    written = with_text(png, texts)

    assert _texts(written) == texts
    assert verify(written) == verify(png)
    old, new = _chunks(png), _chunks(written)
    assert new[0] == old[0]
    assert new[1 + len(texts) :] == old[1:]


def test_words_beyond_latin_1_are_international_text() -> None:
    written = with_text(SAMPLES["png"], {"Prompt": "キツネ 🦊 – art", "Model": "flux"})

    assert [chunk[4:8] for chunk in _chunks(written)[1:3]] == [b"iTXt", b"tEXt"]
    assert _texts(written) == {"Prompt": "キツネ 🦊 – art", "Model": "flux"}


@given(st.text())
def test_any_text_is_read_again(text: str) -> None:
    written = with_text(SAMPLES["png"], {"Prompt": text})

    expected = text.replace("\0", "").encode("utf-8", "replace").decode()
    assert _texts(written)["Prompt"] == expected


def test_half_a_character_does_no_harm() -> None:
    assert _texts(with_text(SAMPLES["png"], {"Prompt": "fox \ud83e"}))["Prompt"] == "fox ?"


@pytest.mark.parametrize("name", ["jpeg", "webp", "gif"])
def test_other_formats_come_back_as_they_were(name: str) -> None:
    assert with_text(SAMPLES[name], {"Prompt": "fox"}) is SAMPLES[name]


def test_a_png_cut_off_in_its_header_is_refused() -> None:
    with pytest.raises(PictureError):
        with_text(SAMPLES["png"][:20], {"Prompt": "fox"})


@pytest.mark.parametrize("keyword", ["", "k" * 80, "a\0b"])
def test_a_keyword_that_png_does_not_allow_is_a_mistake_of_ours(keyword: str) -> None:
    with pytest.raises(ValueError, match="no PNG keyword"):
        with_text(SAMPLES["png"], {keyword: "fox"})


def test_pixels_decode_to_the_same() -> None:
    png = saved(painting("RGBA"), "PNG")

    with Image.open(BytesIO(png)) as before, Image.open(BytesIO(with_text(png, {"a": "b"}))) as now:
        assert now.tobytes() == before.tobytes()
