"""What is too large to be sent is made smaller, as little as will do."""

import pytest
from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures import Fitted, fit, verify
from tests.pictures.pictures import SAMPLES, animation, decoded, noise, painting, saved


@pytest.mark.parametrize("name", SAMPLES)
def test_what_fits_is_not_touched(name: str) -> None:
    data = SAMPLES[name]

    fitted = fit(data, limit_bytes=len(data))

    assert fitted == Fitted(data, verify(data).mime, changed=False)
    assert fitted.data is data


def test_a_little_too_large_costs_quality_but_no_size() -> None:
    data = saved(noise(), "PNG")

    fitted = fit(data, limit_bytes=len(data) - 1)

    assert fitted.changed
    assert fitted.mime == "image/webp"
    assert len(fitted.data) < len(data)
    assert verify(fitted.data).width_px == 256


def test_far_too_large_costs_size_in_the_same_proportions() -> None:
    data = saved(painting(width_px=300, height_px=200).resize((900, 600)), "PNG")

    fitted = fit(data, limit_bytes=1_500)

    verified = verify(fitted.data)
    assert len(fitted.data) <= 1_500
    assert verified.width_px < 900
    assert verified.width_px / verified.height_px == pytest.approx(1.5, abs=0.05)


def test_what_can_never_fit_is_said() -> None:
    with pytest.raises(PictureError, match="cannot be made to fit into 20 bytes"):
        fit(SAMPLES["png"], limit_bytes=20)


def test_transparency_is_kept() -> None:
    picture = noise()
    picture.putalpha(Image.linear_gradient("L"))
    data = saved(picture, "PNG")

    fitted = decoded(fit(data, limit_bytes=len(data) - 1).data)

    assert fitted.mode == "RGBA"
    assert fitted.getpixel((10, 0)) != fitted.getpixel((10, 255))


def test_sixteen_bits_become_eight_of_the_same_brightness() -> None:
    grey = Image.effect_noise((128, 128), 4).convert("I").point(lambda level: level * 256)
    data = saved(grey.convert("I;16"), "PNG")

    fitted = decoded(fit(data, limit_bytes=len(data) - 1).data).convert("L")

    assert 120 < sum(fitted.tobytes()) / (128 * 128) < 136


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    data = saved(noise().resize((256, 128)), "JPEG", exif=exif, quality=100)

    fitted = fit(data, limit_bytes=len(data) - 1)

    assert (verify(fitted.data).width_px, verify(fitted.data).height_px) == (128, 256)


def test_print_colours_become_screen_colours() -> None:
    data = saved(noise().convert("CMYK"), "JPEG", quality=100)

    assert decoded(fit(data, limit_bytes=len(data) - 1).data).mode == "RGB"


def test_of_an_animation_the_first_frame_is_left() -> None:
    data = animation("GIF", frames=30)

    assert not verify(fit(data, limit_bytes=len(data) // 2).data).animated


def test_longer_than_webp_allows_is_made_shorter() -> None:
    data = saved(noise().resize((17_000, 4)), "PNG")

    assert verify(fit(data, limit_bytes=len(data) - 1).data).width_px == 16_383


@pytest.mark.parametrize("data", [b"", b"<html>", SAMPLES["png"][:-30]])
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        fit(data, limit_bytes=1)


def test_a_very_large_picture_becomes_a_jpeg_for_the_others_sake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.pictures.fitting._WEBP_MAX_PIXELS", 60_000)
    data = saved(noise(), "PNG")

    fitted = fit(data, limit_bytes=len(data) - 1)

    assert fitted.mime == "image/jpeg"
    assert decoded(fitted.data).size == (256, 256)


def test_a_very_large_picture_with_transparency_rather_loses_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.pictures.fitting._WEBP_MAX_PIXELS", 60_000)
    monkeypatch.setattr("bot.pictures.fitting._ALPHA_PIXELS", 128 * 128)
    picture = noise()
    picture.putalpha(Image.linear_gradient("L"))
    data = saved(picture, "PNG")

    fitted = fit(data, limit_bytes=len(data) - 1)

    assert fitted.mime == "image/webp"
    assert decoded(fitted.data).size == (128, 128)
    assert decoded(fitted.data).mode == "RGBA"
