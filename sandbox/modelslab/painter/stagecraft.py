"""What the stage knows of each figure: its drawing, coat, size and place. Paints nothing."""

from collections.abc import Callable

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import Rgb
from sandbox.modelslab.painter.figures import (
    birds,
    buildings,
    busts,
    people,
    pets,
    plants,
    robots,
    swimmers,
    tableware,
    vehicles,
    wild,
    winged,
)
from sandbox.modelslab.painter.figures.people import Head
from sandbox.modelslab.painter.kinds import STILL_LIFE, Figure, Scene
from sandbox.modelslab.painter.tones import Tones

Drawing = Callable[[Pen, Tones], None]
PersonDrawing = Callable[[Pen, Tones, Head], None]

DRAWINGS: dict[Figure, Drawing] = {
    Figure.FOX: pets.fox,
    Figure.DOG: pets.dog,
    Figure.CAT: pets.cat,
    Figure.RABBIT: pets.rabbit,
    Figure.LION: wild.lion,
    Figure.BEAR: wild.bear,
    Figure.PANDA: wild.panda,
    Figure.ELEPHANT: wild.elephant,
    Figure.HORSE: wild.horse,
    Figure.UNICORN: wild.unicorn,
    Figure.DEER: wild.deer,
    Figure.BIRD: birds.bird,
    Figure.OWL: birds.owl,
    Figure.PENGUIN: birds.penguin,
    Figure.FISH: swimmers.fish,
    Figure.WHALE: swimmers.whale,
    Figure.TURTLE: swimmers.turtle,
    Figure.BUTTERFLY: winged.butterfly,
    Figure.DRAGON: winged.dragon,
    Figure.ROBOT: robots.robot,
    Figure.BOAT: vehicles.boat,
    Figure.CAR: vehicles.car,
    Figure.TRAIN: vehicles.train,
    Figure.ROCKET: vehicles.rocket,
    Figure.BICYCLE: vehicles.bicycle,
    Figure.BALLOON: vehicles.balloon,
    Figure.PLANE: vehicles.plane,
    Figure.HOUSE: buildings.house,
    Figure.CASTLE: buildings.castle,
    Figure.LIGHTHOUSE: buildings.lighthouse,
    Figure.WINDMILL: buildings.windmill,
    Figure.TREE: plants.tree,
    Figure.FLOWER: plants.flower,
    Figure.MUSHROOM: plants.mushroom,
    Figure.CUP: tableware.cup,
    Figure.VASE: tableware.vase,
    Figure.FRUIT: tableware.fruit,
    Figure.BOOK: tableware.book,
    Figure.CANDLE: tableware.candle,
    Figure.STAR: plants.star,
}
PEOPLE_DRAWINGS: dict[Figure, PersonDrawing] = {
    Figure.PERSON: people.person,
    Figure.WOMAN: people.woman,
    Figure.MAN: people.man,
    Figure.CHILD: people.child,
    Figure.KNIGHT: people.knight,
    Figure.WIZARD: people.wizard,
    Figure.ROYAL: people.royal,
    Figure.ASTRONAUT: people.astronaut,
}
BUSTS: dict[Figure, PersonDrawing] = {
    Figure.PERSON: busts.man_bust,
    Figure.WOMAN: busts.woman_bust,
    Figure.MAN: busts.man_bust,
    Figure.CHILD: busts.child_bust,
    Figure.ROYAL: busts.royal_bust,
}
FLYING: dict[Figure, Drawing] = {Figure.BIRD: birds.flying_bird}

#: None: every one of them is different.
NATURAL: dict[Figure, Rgb | None] = {
    **dict.fromkeys(Figure),
    Figure.FOX: (222, 106, 46),
    Figure.DOG: (190, 138, 88),
    Figure.CAT: (112, 108, 122),
    Figure.LION: (222, 172, 96),
    Figure.RABBIT: (196, 176, 160),
    Figure.BEAR: (136, 94, 66),
    Figure.PANDA: (240, 240, 238),
    Figure.ELEPHANT: (142, 148, 166),
    Figure.HORSE: (150, 96, 62),
    Figure.UNICORN: (244, 242, 248),
    Figure.DEER: (184, 124, 76),
    Figure.OWL: (150, 112, 82),
    Figure.PENGUIN: (52, 58, 78),
    Figure.FISH: (244, 128, 50),
    Figure.WHALE: (70, 112, 164),
    Figure.TURTLE: (106, 164, 98),
    Figure.BUTTERFLY: (240, 142, 52),
    Figure.DRAGON: (86, 158, 96),
    Figure.WIZARD: (84, 76, 160),
    Figure.KNIGHT: (196, 56, 62),
    Figure.ROYAL: (150, 50, 92),
    Figure.ASTRONAUT: (236, 120, 60),
    Figure.ROBOT: (150, 166, 188),
    Figure.BOAT: (196, 74, 62),
    Figure.CAR: (214, 74, 62),
    Figure.TRAIN: (66, 122, 96),
    Figure.ROCKET: (222, 70, 62),
    Figure.BICYCLE: (58, 132, 156),
    Figure.BALLOON: (226, 88, 70),
    Figure.PLANE: (214, 74, 62),
    Figure.HOUSE: (238, 214, 178),
    Figure.CASTLE: (186, 182, 194),
    Figure.LIGHTHOUSE: (210, 62, 58),
    Figure.WINDMILL: (222, 204, 176),
    Figure.TREE: (74, 148, 84),
    Figure.FLOWER: (238, 112, 150),
    Figure.MUSHROOM: (214, 54, 48),
    Figure.CUP: (88, 142, 168),
    Figure.VASE: (226, 78, 108),
    Figure.FRUIT: (206, 58, 52),
    Figure.BOOK: (168, 66, 62),
    Figure.CANDLE: (240, 226, 196),
    Figure.STAR: (250, 206, 90),
}
#: How much of the shorter side one unit of a lone figure takes.
SIZES = {Figure.TREE: 0.62, Figure.HOUSE: 0.46, Figure.BOAT: 0.46, Figure.STAR: 0.34}
SIZES |= {Figure.BIRD: 0.36, Figure.FLOWER: 0.46, Figure.FISH: 0.42, Figure.OWL: 0.46}
SIZES |= {Figure.RABBIT: 0.44, Figure.ELEPHANT: 0.54, Figure.HORSE: 0.5, Figure.UNICORN: 0.5}
SIZES |= {Figure.DEER: 0.46, Figure.WHALE: 0.48, Figure.TURTLE: 0.56, Figure.BUTTERFLY: 0.42}
SIZES |= {Figure.DRAGON: 0.56, Figure.MUSHROOM: 0.36, Figure.PENGUIN: 0.44, Figure.CAR: 0.44}
SIZES |= {Figure.TRAIN: 0.34, Figure.ROCKET: 0.54, Figure.BICYCLE: 0.5, Figure.BALLOON: 0.54}
SIZES |= {Figure.PLANE: 0.46, Figure.CASTLE: 0.6, Figure.LIGHTHOUSE: 0.6, Figure.WINDMILL: 0.5}
SIZES |= {Figure.CUP: 0.36, Figure.VASE: 0.44, Figure.FRUIT: 0.42, Figure.BOOK: 0.42}
SIZES |= {Figure.CANDLE: 0.42}
#: Stand behind the others, on the far side of the clearing.
BEHIND = frozenset(
    {
        Figure.TREE,
        Figure.HOUSE,
        Figure.BOAT,
        Figure.STAR,
        Figure.CASTLE,
        Figure.LIGHTHOUSE,
        Figure.WINDMILL,
        Figure.BALLOON,
        Figure.PLANE,
        Figure.TRAIN,
    }
)
#: Always in the air or the water.
_ALOFT = frozenset(
    {
        Figure.FISH,
        Figure.WHALE,
        Figure.TURTLE,
        Figure.STAR,
        Figure.BUTTERFLY,
        Figure.BALLOON,
        Figure.PLANE,
        Figure.ROCKET,
    }
)
_OPEN = (Scene.SKY, Scene.SEA, Scene.LAKE, Scene.MOUNTAINS, Scene.DESERT)
#: Where a rider sits: across and above the feet, in units of what is ridden.
SADDLES = {
    Figure.HORSE: (0.04, 0.5),
    Figure.UNICORN: (0.04, 0.5),
    Figure.DEER: (0.04, 0.5),
    Figure.ELEPHANT: (0.1, 0.7),
    Figure.DRAGON: (0.02, 0.42),
    Figure.BICYCLE: (0.12, 0.36),
    Figure.BEAR: (0.0, 0.78),
    Figure.LION: (0.0, 0.8),
    Figure.WHALE: (0.0, 0.66),
    Figure.TURTLE: (0.0, 0.58),
    Figure.ROCKET: (0.0, 0.86),
    Figure.BIRD: (0.05, 0.5),
    Figure.CAT: (0.0, 0.78),
    Figure.DOG: (0.0, 0.82),
    Figure.FOX: (0.0, 0.8),
}
#: Those who turn their heads aside.
LONG_HEADED = frozenset({Figure.HORSE, Figure.UNICORN, Figure.DEER, Figure.ELEPHANT, Figure.DRAGON})
#: Places whose light does not come from the sky.
LIT_ROOMS = (Scene.UNDERWATER, Scene.ROOM, Scene.TABLE)


def foot(scene: Scene, *, behind: bool) -> float:
    """Where feet stand, as a share of the height."""
    match scene:
        case Scene.SEA | Scene.LAKE:
            return 0.74 if behind else 0.92
        case Scene.UNDERWATER | Scene.SKY | Scene.CITY | Scene.SPACE | Scene.ROOM:
            return 0.87 if behind else 0.92
        case Scene.TABLE:
            return 0.84
        case _:
            return 0.83 if behind else 0.93


def is_aloft(figure: Figure, scene: Scene) -> bool:
    """Whether it hangs in the air or the water there."""
    if figure in STILL_LIFE:
        return False
    if figure in (Figure.FISH, Figure.WHALE) and scene in (Scene.SEA, Scene.LAKE):
        return False
    if figure is Figure.TURTLE:
        return scene is Scene.UNDERWATER
    if figure in (Figure.BIRD, Figure.DRAGON):
        return scene in _OPEN if figure is Figure.BIRD else scene is Scene.SKY
    return figure in _ALOFT
