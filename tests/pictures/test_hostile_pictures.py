"""Files made to hurt: each is refused with a sentence, before it has cost much."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import PictureError
from bot.pictures import normalise, verify
from bot.pictures.formats import announced_pixels
from bot.pictures.verification import WEBP_MAX_PIXELS
from tests.pictures.pictures import SAMPLES, jpeg_claiming, png_claiming, webp_claiming


@pytest.mark.parametrize("claiming", [png_claiming, jpeg_claiming, webp_claiming])
def test_a_bomb_is_refused_before_it_is_decoded(claiming: object) -> None:
    assert callable(claiming)
    bomb = claiming(8_000, 8_000)
    started = time.process_time()

    with pytest.raises(PictureError, match=r"too large: 8000 × 8000 px, at most 40 million"):
        normalise(bomb)

    assert time.process_time() - started < 0.1
    assert announced_pixels(bomb) == 64_000_000


def test_a_webp_is_refused_sooner_since_it_stops_everybody_else() -> None:
    with pytest.raises(PictureError, match=r"4097 × 4096 px, at most 16.8 million pixels of a W"):
        normalise(webp_claiming(4_097, 4_096))
    assert WEBP_MAX_PIXELS == 4_096 * 4_096


def test_a_photo_of_thousands_of_passes_is_refused() -> None:
    photo = SAMPLES["jpeg-progressive"]
    scan = photo.index(b"\xff\xda")
    passes = photo[scan:-2]

    with pytest.raises(PictureError, match="damaged"):
        normalise(photo[:-2] + passes * 100 + photo[-2:])


def test_a_photo_of_padding_is_given_up_soon() -> None:
    started = time.process_time()

    with pytest.raises(PictureError, match="cut off"):
        normalise(b"\xff\xd8" + b"\xff" * 10_000_000)

    assert time.process_time() - started < 0.5


def test_the_end_of_a_photo_is_found_across_the_searcher_s_pieces() -> None:
    photo = SAMPLES["jpeg"]
    scan = photo.index(b"\xff\xda") + 2
    # The end marker's two bytes lie on both sides of a border.
    filler = b"\0" * (2**20 - 1 - (len(photo) - 2 - scan))

    assert normalise(photo[:-2] + filler + photo[-2:]).width_px == 48


@pytest.mark.filterwarnings("default")  # Pillow may warn of what it then refuses
@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", *SAMPLES]), st.integers(0, 700))
def test_made_up_bytes_raise_nothing_but_our_own_error(
    junk: bytes, name: str, position: int
) -> None:
    whole = SAMPLES.get(name, b"")
    data = whole[:position] + junk + whole[position + len(junk) :]

    assert announced_pixels(data) >= 0
    try:
        normal = normalise(data, max_pixels=1_000_000)
    except PictureError:
        return
    assert verify(normal.data).width_px == normal.width_px


@pytest.mark.parametrize("name", SAMPLES)
def test_the_size_is_known_before_anything_is_decoded(name: str) -> None:
    assert announced_pixels(SAMPLES[name]) == 48 * 32
