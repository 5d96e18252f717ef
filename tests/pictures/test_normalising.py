"""Whatever was given comes out as one kind of picture: upright, still, plain, nothing hidden."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from bot.domain.errors import PictureError
from bot.pictures import normalise, verify
from bot.pictures.formats import png_chunks
from tests.pictures.pictures import (
    SAMPLES,
    animation,
    decoded,
    furthest,
    noise,
    painting,
    pixel,
    same,
    saved,
    swapping_profile,
)

_ORIENTATION, _GPS = 0x0112, 0x8825


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_becomes_a_still_plain_png(name: str) -> None:
    normal = normalise(SAMPLES[name])

    verified = verify(normal.data)
    assert (normal.mime, normal.width_px, normal.height_px) == ("image/png", 48, 32)
    assert (verified.mime, verified.width_px, verified.height_px) == ("image/png", 48, 32)
    assert not verified.animated
    picture = decoded(normal.data)
    assert picture.mode == ("RGBA" if normal.has_alpha else "RGB")
    # The sample called png-alpha has a channel in which nothing is transparent.
    assert normal.has_alpha == (name == "webp-alpha")


@pytest.mark.parametrize("name", ["png", "jpeg", "jpeg-progressive", "webp", "webp-lossless"])
def test_no_pixel_changes_on_the_way(name: str) -> None:
    assert same(decoded(normalise(SAMPLES[name]).data), decoded(SAMPLES[name]).convert("RGB"))


def test_twice_is_the_same_as_once() -> None:
    once = normalise(SAMPLES["webp-alpha"])

    assert normalise(once.data) == once


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_stand_upright(kind: str, orientation: int) -> None:
    # Four blocks, so large that a JPEG keeps them: red and lime above, blue and white below.
    upright = Image.new("RGB", (64, 32), "white")
    for colour, corner in (("red", (0, 0)), ("lime", (32, 0)), ("blue", (0, 16))):
        upright.paste(colour, (*corner, corner[0] + 32, corner[1] + 16))
    turned_away = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    stored = upright if turned_away is None else upright.transpose(turned_away)

    normal = normalise(saved(stored, kind, exif=exif))

    assert (normal.width_px, normal.height_px) == (64, 32)
    # Block by block, for lossy formats blur where colours meet.
    assert furthest(decoded(normal.data).reduce(16), upright.reduce(16)) < 40


def test_place_camera_and_comments_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Spymaster 3000"
    exif[_GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    photo = saved(painting(), "JPEG", exif=exif, comment=b"at home", dpi=(300, 300))
    assert b"Spymaster" in photo

    normal = normalise(photo)

    assert {chunk.name for chunk in png_chunks(normal.data)} == {b"IHDR", b"IDAT", b"IEND"}


@pytest.mark.filterwarnings("default")  # Pillow warns of what it then leaves out
@pytest.mark.parametrize("start", [b"II*\0\xff\xff\xff\xff", b"neither one nor the other"])
def test_broken_exif_costs_the_rotation_only(start: bytes) -> None:
    exif = b"Exif\0\0" + start + b" garbage"

    for kind in ("JPEG", "PNG", "WEBP"):
        photo = saved(painting(), kind, exif=exif)
        assert normalise(photo) == normalise(saved(painting(), kind))


def test_what_hides_behind_the_picture_does_not_survive() -> None:
    zip_end = b"PK\x05\x06" + b"\0" * 18
    for name in ("png", "jpeg", "gif", "webp"):
        polyglot = SAMPLES[name] + b"<script>alert(1)</script>" + zip_end

        # A GIF that does not end where it should is not even read.
        if name == "gif":
            with pytest.raises(PictureError, match="cut off"):
                normalise(polyglot)
        else:
            data = normalise(polyglot).data
            assert b"script" not in data
            assert b"PK\x05\x06" not in data


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_cut_off_is_refused(name: str) -> None:
    data = SAMPLES[name]

    for length in (0, 10, len(data) // 2, len(data) - 1):
        with pytest.raises(PictureError):
            normalise(data[:length])


def test_sixteen_bits_keep_their_brightness() -> None:
    ramp = Image.linear_gradient("L").resize((64, 64))
    data = saved(ramp.convert("I").point(lambda level: level * 257).convert("I;16"), "PNG")

    assert furthest(decoded(normalise(data).data), ramp.convert("RGB")) <= 1


def test_a_palette_keeps_its_transparent_colour() -> None:
    picture = Image.new("P", (32, 32), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (16, 0, 32, 32))

    for kind in ("PNG", "GIF"):
        normal = normalise(saved(picture, kind, transparency=0))

        assert normal.has_alpha
        assert decoded(normal.data).getpixel((4, 4)) == (255, 0, 0, 0)
        assert decoded(normal.data).getpixel((20, 4)) == (0, 0, 255, 255)


def test_grey_keeps_its_transparency() -> None:
    picture = Image.merge("LA", (painting("L"), Image.linear_gradient("L").resize((48, 32))))

    assert same(decoded(normalise(saved(picture, "PNG")).data), picture.convert("RGBA"))


def test_print_colours_become_screen_colours() -> None:
    inks = saved(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=100)

    red, green, blue = pixel(decoded(normalise(inks).data), 16, 16)

    assert red > 200
    assert green < 60
    assert blue < 60


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_colour_profile_is_carried_out_and_dropped(mode: str, kind: str) -> None:
    picture = Image.new("RGB", (32, 32), (250, 10, 10))
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize((32, 32)))

    data = saved(picture, kind, icc_profile=swapping_profile(), lossless=True, exact=True)
    seen = decoded(normalise(data).data)

    red, green, blue = pixel(seen, 5, 20)[:3]
    assert blue > 240
    assert max(red, green) < 30
    assert "icc_profile" not in seen.info
    if mode == "RGBA":
        assert same(seen.getchannel("A"), picture.getchannel("A"))


@pytest.mark.parametrize("profile", [b"no profile at all", b"\0" * 200, swapping_profile()[:300]])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_is_none_changes_nothing(mode: str, profile: bytes) -> None:
    picture = painting(mode)
    plain = saved(picture, "JPEG")

    assert normalise(saved(picture, "JPEG", icc_profile=profile)) == normalise(plain)


def test_a_profile_for_other_colours_changes_nothing() -> None:
    inks = painting("CMYK")

    assert normalise(saved(inks, "JPEG", icc_profile=swapping_profile())) == normalise(
        saved(inks, "JPEG")
    )


def test_the_usual_profile_moves_no_pixel() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    picture = Image.merge("RGB", [noise().getchannel(0) for _ in range(3)])

    assert normalise(saved(picture, "PNG", icc_profile=srgb)) == normalise(saved(picture, "PNG"))


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((15, 40), "The picture is too small: 15 × 40 px, at least 16 px each way are needed."),
        ((161, 20), "The picture is too long and narrow: 161 × 20 px, at most 8 to 1 is taken."),
        ((20, 161), "The picture is too long and narrow: 20 × 161 px, at most 8 to 1 is taken."),
    ],
)
def test_shapes_that_nobody_can_work_with_are_refused(size: tuple[int, int], sentence: str) -> None:
    with pytest.raises(PictureError) as caught:
        normalise(saved(Image.new("RGB", size), "PNG"))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("size", [(16, 16), (160, 20), (20, 160)])
def test_the_smallest_and_longest_are_taken(size: tuple[int, int]) -> None:
    normal = normalise(saved(Image.new("RGB", size), "PNG"))

    assert (normal.width_px, normal.height_px) == size


def test_more_than_is_kept_as_png_becomes_a_fine_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pictures.normalising._KEPT_MAX_BYTES", 60_000)
    picture = noise(side_px=160)

    normal = normalise(saved(picture, "PNG"))

    assert normal.mime == "image/jpeg"
    assert len(normal.data) <= 60_000
    assert furthest(decoded(normal.data), picture) < 30


def test_with_transparency_a_large_picture_stays_a_png(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pictures.normalising._KEPT_MAX_BYTES", 10_000)
    picture = noise(side_px=160)
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))

    assert same(decoded(normalise(saved(picture, "PNG")).data), picture)


def test_of_an_animation_the_first_frame_is_taken() -> None:
    first = decoded(saved(painting(width_px=48), "PNG"))

    assert furthest(decoded(normalise(animation("PNG")).data), first) == 0
    assert struct.unpack(">II", normalise(animation("GIF")).data[16:24]) == (48, 32)


def test_pillows_own_limits_stay_as_they_were() -> None:
    before = Image.MAX_IMAGE_PIXELS
    normalise(SAMPLES["png"])

    assert before == Image.MAX_IMAGE_PIXELS
    assert Image.open(BytesIO(SAMPLES["png"])).format == "PNG"
