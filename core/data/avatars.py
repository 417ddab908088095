"""How a cartoon face is made up and drawn: "Avataaars" by Pablo Stanley, through DiceBear and resvg."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import resvg_py
from dicebear import Avatar, Style

from core.data.listing import RawPicture
from core.draws import stream

# The face and its hair fill this square of the 280 x 280 drawing; of the shoulders only the tops remain.
_FRAME_LEFT, _FRAME_TOP, _FRAME_SIDE = 40.0, 10.0, 184.0
_JITTER = 2.5

# What is drawn and how often; the numbers are weights within their list. Kept plain on purpose, as faces of
# a small network trained for minutes should be recognisable: grimaces, patches and most hats are left out.
_SHORT_HAIR = {
    "shortFlat": 5,
    "shortRound": 4,
    "shortWaved": 4,
    "shortCurly": 3,
    "theCaesar": 3,
    "theCaesarAndSidePart": 3,
    "dreads01": 3,
    "shaggy": 2,
    "sides": 2,
}
_LONG_HAIR = {
    "straight02": 5,
    "straightAndStrand": 5,
    "straight01": 4,
    "bob": 5,
    "miaWallace": 4,
    "longButNotTooLong": 3,
    "curly": 4,
    "bun": 3,
    "fro": 2,
}
_COVERED = {"hijab": 2, "turban": 1, "winterHat03": 2}
_BEARDS = {"beardMedium": 3, "beardLight": 3, "beardMajestic": 2}
_MOUSTACHES = {"moustacheMagnum": 1, "moustacheFancy": 1}
_CLEAR_GLASSES = {"prescription02": 3, "round": 2, "prescription01": 2}
_SUNGLASSES = {"sunglasses": 1, "wayfarers": 1}
_EYES = {"default": 10, "happy": 3, "squint": 2, "side": 2, "surprised": 1, "closed": 1}
_EYEBROWS = {"defaultNatural": 4, "default": 3, "flatNatural": 3, "raisedExcitedNatural": 2}
_SMILES = {"smile": 5, "default": 2, "twinkle": 4}
_OTHER_MOUTHS = {"serious": 4, "sad": 2, "disbelief": 1, "concerned": 1}
_CLOTHES = {"shirtCrewNeck": 3, "shirtVNeck": 2, "shirtScoopNeck": 2, "blazerAndShirt": 1, "hoodie": 2}
_LIGHT_SKIN = {"#ffdbb4": 4, "#edb98a": 4}
_OTHER_SKIN = {"#d08b5b": 3}
_DARK_SKIN = {"#ae5d29": 3, "#7b5239": 3}
_SKIN = _LIGHT_SKIN | _OTHER_SKIN | _DARK_SKIN
_HAIR_NAMES = {
    "black hair": {"#2c1b18"},
    "brown hair": {"#4a312c", "#724133"},
    "blond hair": {"#d6b370", "#c9a14a"},
    "red hair": {"#c93305", "#a55728"},
    "grey hair": {"#b7b2b0"},
}
_HAIR_ON_LIGHT_SKIN = {
    "#2c1b18": 5,
    "#4a312c": 3,
    "#724133": 4,
    "#d6b370": 5,
    "#c9a14a": 2,
    "#c93305": 2,
    "#a55728": 3,
    "#b7b2b0": 3,
}
_HAIR_ON_DARK_SKIN = {"#2c1b18": 8, "#4a312c": 3, "#724133": 2, "#b7b2b0": 2}
_CLOTH_COLOURS = ("#262e33", "#5199e4", "#25557c", "#e6e6e6", "#929598", "#ff5c5c", "#a7c7a0")
_GLASSES_COLOURS = ("#262e33", "#262e33", "#5a3a22", "#25557c")
_BACKGROUNDS = ("#dfe7ee", "#cfe0f0", "#e8e2d4", "#d5e5d6")
ATTRIBUTES = (
    *_HAIR_NAMES,
    "long hair",
    "balding",
    "head covered",
    "glasses",
    "sunglasses",
    "beard",
    "moustache",
    "smiling",
    "eyes closed",
    "light skin",
    "dark skin",
)


def draw_cartoon(number: int, side: int) -> RawPicture:
    """Cartoon `number` as PNG, (side, side) pixels, with a byte 0 or 1 for each of ATTRIBUTES."""
    random = stream(0, "cartoon", number).random
    avatar = Avatar(_style(), _choose(number, random)).to_json()
    left, top = (edge + _JITTER * (2 * random() - 1) for edge in (_FRAME_LEFT, _FRAME_TOP))
    frame = f'viewBox="{left:.2f} {top:.2f} {_FRAME_SIDE} {_FRAME_SIDE}"'
    svg = avatar["svg"].replace('viewBox="0 0 280 280"', frame, 1)
    # The frame cuts off what DiceBear's own clip does; painting without the clip takes half the time.
    svg = re.sub(r'<g clip-path="url\(#clip-\w+\)">', "<g>", svg, count=1)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, skip_system_fonts=True)
    return RawPicture(bytes(png), _attributes(avatar["options"]))


@cache
def _style() -> Style:
    definition = files("dicebear_styles").joinpath("avataaars.json").read_text("utf-8")
    return Style(json.loads(definition))


def _choose(number: int, random: Callable[[], float]) -> dict[str, object]:
    """DiceBear's options for one face. Only what suits is combined: beards go with short or covered hair."""

    def one_of(weights: Mapping[str, int] | Sequence[str]) -> str:
        if not isinstance(weights, Mapping):
            return weights[int(random() * len(weights))]
        point = random() * sum(weights.values())
        for value, weight in weights.items():
            point -= weight
            if point < 0:
                return value
        return value

    kind = random()
    tops = _COVERED if kind < 0.06 else _LONG_HAIR if kind < 0.5 else _SHORT_HAIR
    top = one_of(tops)
    skin = one_of(_SKIN)
    hair = one_of(_HAIR_ON_DARK_SKIN if skin in _DARK_SKIN else _HAIR_ON_LIGHT_SKIN)
    chosen: dict[str, object] = {
        "seed": f"{number}",
        "topVariant": top,
        "hairColor": hair,
        "skinColor": skin,
        "eyesVariant": one_of(_EYES),
        "eyebrowsVariant": one_of(_EYEBROWS),
        "mouthVariant": one_of(_SMILES if random() < 0.65 else _OTHER_MOUTHS),
        "clothesVariant": one_of(_CLOTHES),
        "clothesColor": one_of(_CLOTH_COLOURS),
        "backgroundColor": one_of(_BACKGROUNDS),
        "facialHairProbability": 0,
        "accessoriesProbability": 0,
    }
    # What is not drawn is not mentioned: DiceBear takes a tenth of a millisecond to validate each option.
    if tops is _COVERED:
        chosen["hatColor"] = one_of(_CLOTH_COLOURS)
    if tops is not _LONG_HAIR and top != "hijab" and random() < 0.3:
        chosen["facialHairProbability"] = 100
        chosen["facialHairVariant"] = one_of(_BEARDS if random() < 0.75 else _MOUSTACHES)
        chosen["facialHairColor"] = hair
    worn = random()
    if worn < 0.3:
        chosen["accessoriesProbability"] = 100
        chosen["accessoriesVariant"] = one_of(_CLEAR_GLASSES if worn < 0.22 else _SUNGLASSES)
        chosen["accessoriesColor"] = one_of(_GLASSES_COLOURS)
    return chosen


def _attributes(drawn: dict[str, Any]) -> bytes:
    """A byte for each of ATTRIBUTES, from the options that DiceBear says it drew."""
    top = drawn["topVariant"]
    covered = top in _COVERED
    hair = None if covered else drawn["hairColor"][0]
    facial_hair = drawn.get("facialHairVariant")
    glasses = drawn.get("accessoriesVariant")
    skin = drawn["skinColor"][0]
    true = {name for name, colours in _HAIR_NAMES.items() if hair in colours}
    true |= {
        name
        for name, holds in (
            ("long hair", top in _LONG_HAIR and top != "bun"),
            ("balding", top == "sides"),
            ("head covered", covered),
            ("glasses", glasses is not None),
            ("sunglasses", glasses in _SUNGLASSES),
            ("beard", facial_hair in _BEARDS),
            ("moustache", facial_hair in _MOUSTACHES),
            ("smiling", drawn["mouthVariant"] in _SMILES),
            ("eyes closed", drawn["eyesVariant"] in ("closed", "happy")),
            ("light skin", skin in _LIGHT_SKIN),
            ("dark skin", skin in _DARK_SKIN),
        )
        if holds
    }
    return bytes(name in true for name in ATTRIBUTES)
