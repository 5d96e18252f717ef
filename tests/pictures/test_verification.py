"""A picture is believed only when every byte and every frame of it has been looked at."""

import struct
import threading
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures import Verified, verify
from bot.pictures.formats import PNG_SIGNATURE
from tests.pictures.pictures import (
    SAMPLES,
    animation,
    decoded,
    furthest,
    gif_claiming,
    jpeg_claiming,
    painting,
    png_claiming,
    saved,
    webp_claiming,
)


@pytest.mark.parametrize("name", SAMPLES)
def test_whole_pictures_are_told_by_their_bytes(name: str) -> None:
    mime = f"image/{name.partition('-')[0]}"
    animated = name.endswith("-animated")

    assert verify(SAMPLES[name]) == Verified(mime, 48, 32, animated)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_cut_off_anywhere_is_refused(name: str) -> None:
    data = SAMPLES[name]

    for length in range(len(data)):
        with pytest.raises(PictureError):
            verify(data[:length])


def test_a_changed_byte_in_a_png_is_refused() -> None:
    data = bytearray(SAMPLES["png"])
    data[data.index(b"IDAT") + 20] ^= 1

    with pytest.raises(PictureError, match="damaged"):
        verify(bytes(data))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"<!DOCTYPE html><h1>502 Bad Gateway</h1>", "This is a web page, not a picture."),
        (b"\xef\xbb\xbf\r\n <HTML>", "This is a web page, not a picture."),
        (b'{"status":"error"}', "This is not a PNG, JPEG, WebP or GIF picture."),
        (saved(painting(), "BMP"), "This is not a PNG, JPEG, WebP or GIF picture."),
        (saved(painting(), "TIFF"), "This is not a PNG, JPEG, WebP or GIF picture."),
        (b"RIFF\x04\0\0\0WAVEfmt ", "This is not a PNG, JPEG, WebP or GIF picture."),
        (PNG_SIGNATURE, "The picture is cut off: part of the file is missing."),
        (b"GIF89a<script>alert(1)</script>;", "The picture is damaged: it cannot be read."),
    ],
)
def test_what_is_no_picture_is_said_plainly(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureError) as caught:
        verify(data)
    assert str(caught.value) == sentence


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(PictureError, match=r"too large: at most 1 MiB"):
        verify(b"\x89PNG" * 1024 * 1024, max_bytes=1024 * 1024)


@pytest.mark.parametrize(
    "bomb",
    [
        png_claiming(60_000, 60_000),
        png_claiming(2**31 - 1, 2**31 - 1),
        webp_claiming(16_000, 16_000),
        gif_claiming(65_000, 65_000),
        jpeg_claiming(65_000, 65_000),
        saved(Image.new("1", (8_000, 8_000)), "PNG"),
    ],
)
def test_a_bomb_is_refused_before_it_is_decoded(bomb: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=r"too large: \d+ × \d+ px, at most 50 million"):
            verify(bomb)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_pixels_of_all_frames_count_together(kind: str) -> None:
    data = animation(kind, frames=6)

    assert verify(data, max_pixels=6 * 48 * 32).animated
    with pytest.raises(PictureError, match="too many frames"):
        verify(data, max_pixels=5 * 48 * 32)


def test_a_thumbnail_inside_a_photo_is_not_taken_for_its_end() -> None:
    photo = SAMPLES["jpeg"]
    thumbnail = b"\xff\xe1" + struct.pack(">H", len(photo) + 2) + photo
    holding = photo[:2] + thumbnail + photo[2:]

    assert verify(holding).mime == "image/jpeg"
    with pytest.raises(PictureError, match="cut off"):
        verify(holding[:-2])


def test_what_a_phone_appends_to_a_photo_does_no_harm() -> None:
    assert verify(SAMPLES["jpeg"] + b"\0\0maker's trailer").mime == "image/jpeg"


@pytest.mark.filterwarnings("default")  # Pillow may warn of what it then refuses
@given(st.binary(max_size=300), st.sampled_from(["", *SAMPLES]), st.integers(0, 700))
def test_made_up_bytes_raise_nothing_but_our_own_error(
    noise: bytes, name: str, position: int
) -> None:
    whole = SAMPLES.get(name, b"")
    data = whole[:position] + noise + whole[position + len(noise) :]

    try:
        verified = verify(data)
    except PictureError:
        return
    assert verified.width_px > 0
    assert verified.height_px > 0


@pytest.mark.parametrize(
    "start", [PNG_SIGNATURE, b"\xff\xd8\xff", b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8 "]
)
@pytest.mark.filterwarnings("default")
@given(noise=st.binary(max_size=200))
def test_noise_behind_a_true_beginning_raises_nothing_but_our_own_error(
    start: bytes, noise: bytes
) -> None:
    with pytest.raises(PictureError):
        verify(start + noise)


def test_pillows_own_limit_stays_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(PictureError):
        verify(png_claiming(60_000, 60_000))

    assert before == Image.MAX_IMAGE_PIXELS


def test_a_large_picture_leaves_the_interpreter_to_others() -> None:
    data = saved(painting(width_px=2048, height_px=2048), "PNG", compress_level=1)
    worker = threading.Thread(target=verify, args=(data,))

    turns = 0
    worker.start()
    while worker.is_alive():
        time.sleep(0.001)
        turns += 1

    assert turns >= 5, "a decoder that holds on to the interpreter would leave one or two"


def test_a_plain_picture_is_handed_on_small() -> None:
    big = painting(width_px=1216, height_px=832)
    for kind in ("PNG", "WEBP", "JPEG"):
        seen = verify(saved(big, kind), sketch_px=256)
        assert seen.sketch is not None
        sketch = Image.frombytes("RGB", (304, 208), seen.sketch.rgb)
        assert (seen.width_px, seen.sketch.width_px, seen.sketch.height_px) == (1216, 304, 208)
        assert furthest(sketch, decoded(saved(big, kind)).reduce(4)) == 0
    small = verify(saved(painting(), "PNG"), sketch_px=256)
    assert small.sketch is not None
    assert (small.sketch.width_px, small.sketch.height_px) == (48, 32)
    assert small.sketch.rgb == painting().tobytes()


@pytest.mark.parametrize(
    "sample", ["png-alpha", "png-palette", "png-16-bit", "jpeg-cmyk", "gif", "webp-animated"]
)
def test_what_is_not_plain_has_no_sketch(sample: str) -> None:
    assert verify(SAMPLES[sample], sketch_px=256).sketch is None


def test_a_picture_that_is_to_be_turned_has_no_sketch() -> None:
    note = Image.Exif()
    note[0x0112] = 6
    assert verify(saved(painting(), "JPEG", exif=note), sketch_px=256).sketch is None
    assert verify(saved(painting(), "PNG")).sketch is None
