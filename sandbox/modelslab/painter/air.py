"""The light of a picture: sky colours, what falls on things, how far things fade. Pure."""

from dataclasses import dataclass

from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, from_hue, lit, mix
from sandbox.modelslab.painter.kinds import Scene, Time, Weather
from sandbox.modelslab.painter.plan import Plan

#: From the zenith down to the horizon.
SKIES: dict[Time, tuple[Rgb, Rgb, Rgb]] = {
    Time.NIGHT: ((10, 14, 44), (26, 36, 92), (84, 92, 160)),
    Time.DAWN: ((104, 132, 204), (232, 176, 190), (255, 222, 176)),
    Time.DAY: ((66, 144, 224), (132, 194, 240), (224, 242, 248)),
    Time.SUNSET: ((66, 44, 122), (222, 92, 112), (255, 196, 104)),
}
AMBIENT: dict[Time, Rgb] = {
    Time.NIGHT: (92, 108, 178),
    Time.DAWN: (244, 214, 216),
    Time.DAY: (255, 255, 255),
    Time.SUNSET: (238, 178, 168),
}
SUNS: dict[Time, Rgb] = {
    Time.NIGHT: (250, 244, 214),
    Time.DAWN: (255, 240, 206),
    Time.DAY: (255, 246, 196),
    Time.SUNSET: (255, 226, 150),
}


@dataclass(frozen=True)
class Air:
    """Light and distance for one picture."""

    time: Time
    sky: tuple[Rgb, Rgb, Rgb]
    ambient: Rgb
    #: The colour of the sun, or of the moon.
    lamp: Rgb
    fog: float

    def ground(self, colour: Rgb, distance: float = 0.0) -> Rgb:
        """A colour of the land as seen from here; distance 1 is the horizon itself."""
        return mix(lit(colour, self.ambient), self.sky[2], min(0.95, distance * 0.85 + self.fog))

    def figure_light(self) -> Rgb:
        """What falls on figures: gentler than on the land, so that a red fox stays red."""
        share = 0.56 if self.time is Time.NIGHT else 0.65
        return mix(self.ambient, WHITE, share)


def make_air(plan: Plan) -> Air:
    """The light that a plan asks for."""
    sky = SKIES[plan.time]
    ambient, lamp = AMBIENT[plan.time], SUNS[plan.time]
    if plan.scene is Scene.SPACE:
        sky = ((8, 6, 26), (30, 18, 66), (74, 38, 110))
    elif plan.scene is Scene.UNDERWATER:
        sky = ((96, 210, 222), (22, 116, 168), (8, 44, 96))
        if plan.time is Time.NIGHT:
            sky = (mix(sky[0], BLACK, 0.5), mix(sky[1], BLACK, 0.55), mix(sky[2], BLACK, 0.5))
        ambient = mix(ambient, (120, 200, 230), 0.4)
    if plan.hue is not None:
        sky = _poster_sky(plan.hue, dark=plan.time is Time.NIGHT)
        ambient = mix(ambient, from_hue(plan.hue + 0.05, 0.55, 1.0), 0.6)
    if plan.tint is not None:
        sky = (
            mix(sky[0], plan.tint, 0.5),
            mix(sky[1], plan.tint, 0.45),
            mix(sky[2], plan.tint, 0.2),
        )
        ambient = mix(ambient, mix(plan.tint, WHITE, 0.35), 0.4)
    if plan.weather in (Weather.RAIN, Weather.STORM, Weather.FOG):
        dark = 0.45 if plan.time is Time.NIGHT else 0.5 if plan.weather is Weather.STORM else 0.05
        grey = mix((150, 158, 170), BLACK, dark)
        sky = (mix(sky[0], grey, 0.6), mix(sky[1], grey, 0.6), mix(sky[2], grey, 0.5))
        if plan.weather is Weather.STORM:
            ambient = mix(ambient, (120, 130, 160), 0.5)
    fog = 0.3 if plan.weather is Weather.FOG else 0.0
    return Air(plan.time, sky, ambient, lamp, fog)


def _poster_sky(hue: float, *, dark: bool) -> tuple[Rgb, Rgb, Rgb]:
    """Three neighbouring hues for words that mean nothing here."""
    value = 0.45 if dark else 1.0
    return (
        from_hue(hue, 0.62, 0.62 * value),
        from_hue(hue + 0.08, 0.5, 0.9 * value),
        from_hue(hue + 0.18, 0.3, 1.0 * value),
    )
