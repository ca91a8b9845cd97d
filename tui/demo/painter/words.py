"""What a prompt asks for, as far as the painter understands words."""

import re
from dataclasses import dataclass

Colour = tuple[int, int, int]


def _by_word(motifs: dict[str, str]) -> dict[str, str]:
    return {word: motif for motif, words in motifs.items() for word in words.split()}


_TIMES = _by_word(
    {
        "dawn": "dawn sunrise morning pastel spring misty",
        "day": "day noon midday sunny bright blue-sky summer daylight",
        "sunset": "sunset golden evening autumn fall warm orange amber dramatic fire",
        "dusk": "dusk twilight purple violet blue-hour vaporwave synthwave cyberpunk mystical magical",
        "night": "night midnight moon moonlit moonlight stars starry dark nocturnal aurora neon nightly",
    }
)
_PLACES = _by_word(
    {
        "forest": "forest woods woodland jungle trees pine pines taiga grove",
        "sea": "sea ocean coast shore beach waves wave island harbour harbor bay nautical",
        "lake": "lake river pond reflection reflections water fjord",
        "city": "city town street skyline skyscraper skyscrapers downtown urban metropolis cyberpunk tokyo",
        "desert": "desert dunes dune sand sahara canyon mars",
        "meadow": "meadow field fields garden flowers grass grassland hill hills valley prairie farm",
        "space": "space galaxy nebula cosmos planet planets universe cosmic interstellar",
        "mountains": "mountain mountains peak peaks alps alpine cliff cliffs landscape glacier",
    }
)
_WEATHERS = _by_word(
    {
        "snow": "snow snowy snowfall winter frost blizzard christmas ice icy",
        "rain": "rain rainy storm stormy thunderstorm drizzle wet",
        "fog": "fog foggy mist misty haze hazy smoke smoky",
        "clouds": "cloud clouds cloudy overcast dramatic",
        "aurora": "aurora borealis",
        "fireflies": "fireflies firefly magical enchanted fairy sparkles",
    }
)
_SUBJECTS = _by_word(
    {
        "fox": "fox foxes vixen",
        "cat": "cat cats kitten kitty tiger lion",
        "wolf": "wolf wolves dog dogs puppy husky coyote",
        "deer": "deer stag elk moose reindeer",
        "owl": "owl owls",
        "bird": "bird birds raven crow eagle gull gulls swallow swallows",
        "whale": "whale whales dolphin fish",
        "boat": "boat boats ship sailboat sailing yacht",
        "lighthouse": "lighthouse lighthouses beacon",
        "house": "house cabin cottage hut home barn",
        "castle": "castle tower fortress palace citadel",
        "tree": "tree oak cherry blossom sakura baobab",
        "portrait": "portrait woman man girl boy person face lady queen king knight wizard witch",
        "robot": "robot android mech astronaut cyborg",
        "flower": "flower rose tulip lotus sunflower poppy bouquet",
        "balloon": "balloon balloons airship zeppelin",
        "orb": "abstract geometric surreal crystal orb sphere portal",
    }
)
_COLOURS: dict[str, Colour] = {
    "red": (206, 58, 42),
    "crimson": (176, 30, 56),
    "orange": (232, 128, 40),
    "golden": (236, 178, 72),
    "gold": (236, 178, 72),
    "yellow": (240, 206, 76),
    "green": (86, 148, 82),
    "emerald": (36, 150, 110),
    "teal": (36, 142, 150),
    "turquoise": (64, 190, 188),
    "blue": (58, 110, 196),
    "indigo": (66, 62, 152),
    "purple": (132, 76, 172),
    "violet": (146, 92, 196),
    "pink": (236, 138, 172),
    "brown": (128, 84, 54),
    "black": (34, 32, 40),
    "white": (240, 238, 234),
    "grey": (136, 140, 148),
    "gray": (136, 140, 148),
    "silver": (190, 198, 208),
}
_EMPHASIS = re.compile(r"\(([^()]*?)(?::\s*([\d.]+))?\)")
_WORD = re.compile(r"[a-z][a-z-]*")
_MOST_WEIGHT, _LEAST_WEIGHT = 1.6, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The motifs of a prompt; None where it leaves the choice to chance."""

    time: str | None
    place: str | None
    weathers: frozenset[str]
    subject: str | None
    subject_size: float
    subject_colour: Colour | None
    tint: Colour | None


def understood(prompt: str, negative_prompt: str) -> Wish:
    """Read a prompt; a motif that the negative prompt names is left out."""
    weights = _weights(prompt)
    unwanted = set(_weights(negative_prompt))
    words = [word for word in weights if word not in unwanted]
    subject_word = next((word for word in words if word in _SUBJECTS), None)
    # people are coloured by their hair
    subject_colour = _colour_before(words, "hair" if "hair" in words else subject_word)
    colours = (_COLOURS[word] for word in words if word in _COLOURS)
    return Wish(
        time=_first(_TIMES, words),
        place=_first(_PLACES, words),
        weathers=frozenset(_WEATHERS[word] for word in words if word in _WEATHERS),
        subject=None if subject_word is None else _SUBJECTS[subject_word],
        subject_size=1.0 if subject_word is None else weights[subject_word],
        subject_colour=subject_colour,
        tint=next((colour for colour in colours if colour != subject_colour), None),
    )


def words_of(prompt: str) -> tuple[str, ...]:
    """Every word once, in order."""
    return tuple(_weights(prompt))


def _weights(text: str) -> dict[str, float]:
    """Every word with its emphasis: `(word)` 1.1, `(word:1.4)` as written; the order is kept."""
    weights = dict.fromkeys(_WORD.findall(text.lower()), 1.0)
    for inner, given in _EMPHASIS.findall(text.lower()):
        weight = min(_MOST_WEIGHT, max(_LEAST_WEIGHT, _number(given)))
        weights.update((word, weight) for word in _WORD.findall(inner) if word in weights)
    return weights


def _number(text: str) -> float:
    try:
        return float(text) if text else 1.1
    except ValueError:
        return 1.0


def _first(motifs: dict[str, str], words: list[str]) -> str | None:
    return next((motifs[word] for word in words if word in motifs), None)


def _colour_before(words: list[str], subject: str | None) -> Colour | None:
    """ "a red fox": the colour in the two words before the subject."""
    if subject is None:
        return None
    index = words.index(subject)
    return next(
        (_COLOURS[word] for word in reversed(words[max(0, index - 2) : index]) if word in _COLOURS), None
    )
