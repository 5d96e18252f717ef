"""The five tones a figure is cut from. Pure."""

from dataclasses import dataclass

from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, lit, mix


@dataclass(frozen=True)
class Tones:
    """One colour as light, shade, nearly white and nearly black, under some light."""

    main: Rgb
    light: Rgb
    dark: Rgb
    pale: Rgb
    ink: Rgb
    #: Whether its lamps are lit.
    at_night: bool = False


def tones(colour: Rgb, light: Rgb, *, at_night: bool = False) -> Tones:
    return Tones(
        main=lit(colour, light),
        light=lit(mix(colour, WHITE, 0.28), light),
        dark=lit(mix(colour, BLACK, 0.26), light),
        pale=lit(mix(colour, (255, 250, 240), 0.88), light),
        ink=lit(mix(colour, (34, 26, 34), 0.9), light),
        at_night=at_night,
    )
