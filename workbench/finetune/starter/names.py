"""Invented names, words and values for the starter model's text, in two halves that never meet.

Every distinctive word of a name belongs, by a hash of its letters, either to training or to evaluation, so that a
measured answer can never be a remembered one.
"""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import hashlib
import random
from collections.abc import Callable, Sequence

HELD_OUT_SHARE = 0.1
"""Share of all name words that only evaluation may use."""

_ONSETS = "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sn st sv t th tr v w y z bl sp tw".split()
_VOWELS = "a e i o u a e i o u ai ea ei ie io oa oo ou au y ue ia".split()
_CODAS = "b ck d ff g l ll lm ln m n nd ng nk nt p r rd rk rn rs rt s sh ss st t th v x z rth lt mp lden".split()
_ENDINGS_PERSON = "a en er ell son man ley ov ini ez ard is o in wick ström sen ski".split()
_ENDINGS_PLACE = "ton ville burg ford haven stad wick mouth field port dale by mere ham more wood heim bury".split()

ORDINARY = (
    "Alder Harbor Cedar Falcon Summit Meadow Copper River Willow Aspen Beacon Birch Bridge Canyon Cobalt Comet Coral "
    "Crystal Delta Echo Ember Falls Fern Flint Forest Garnet Glacier Granite Grove Hawk Hazel Heron Hollow Horizon "
    "Indigo Iris Ivory Jade Juniper Kestrel Lagoon Lantern Lark Laurel Linden Lotus Lunar Maple Marble Mesa Mistral "
    "Moss Nova Oak Ocean Olive Onyx Opal Orbit Orchid Osprey Otter Pearl Pebble Pine Pioneer Prairie Quartz Quill "
    "Rain Raven Reed Ridge Robin Rowan Ruby Saffron Sage Sierra Silver Sky Slate Solar Sparrow Spruce Star Stone Storm "
    "Swan Swift Tarn Tern Thistle Thunder Tide Timber Topaz Trail Valley Velvet Violet Vista Wave Winter Wren Zenith "
    "Anchor Arrow Atlas Aurora Badger Bay Blossom Breeze Brook Castle Cloud Clover Crane Crown Dawn Desert Dune Eagle "
    "Elm Field Finch Fox Frost Gale Harvest Haven Hill Island Jasper Jupiter Lake Leaf Lily Lynx Magnet Mercury Mint "
    "Moon Neptune North Oasis Panda Peak Phoenix Plum Polar Poppy Prism Pulse Rapid Rocket Sail Sapphire Scout Shore "
    "South Spark Spring Spruce Sun Sunset Terra Titan Torch Tower Trident Tulip Vector Vega West Wolf"
).split()

_FIRST_NAMES = (
    "Mira Anna Jonas Peter Lena Omar Ines Tom Sara Felix Nora Paul Eva Max Ida Leo Clara Hugo Maya Adam Lucy Karl Rosa "
    "Ivan Julia Erik Tara Mark Nina Oscar Emma David Lara Simon Zoe Daniel Alice Martin Grace Victor Hanna Robert Sofia "
    "Henry Laura James Amira Kofi Yuki Chen Priya Arjun Fatima Diego Lucia Pedro Elena Marco Giulia Anton Vera Boris "
    "Olga Kenji Aiko Wei Ling Samir Leila Tariq Ada Kwame Zara Noah Liam Ella Ruth Edith Walter Otto Frida Sven Astrid "
    "Lars Ingrid Bjorn Maria Jose Carmen Luis Ana Rafael Teresa Pablo Irene Hector Rita Nadia Yusuf Salma Hassan Dina"
).split()


def is_held_out(word: str) -> bool:
    """Whether only evaluation may use this name word (decided by a hash, so always the same answer)."""
    digest = hashlib.blake2b(word.casefold().encode("utf-8"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32 < HELD_OUT_SHARE


class Names:
    """A seeded source of invented names; `held_out` chooses the half that training never sees."""

    def __init__(self, rng: random.Random, *, held_out: bool = False) -> None:
        self.rng = rng
        self.held_out = held_out

    def _own(self, make: Callable[[], str]) -> str:
        for _ in range(2000):
            word = make()
            if is_held_out(word) == self.held_out:
                return word
        raise RuntimeError("no name of the wanted half was found")

    def _pick(self, words: Sequence[str]) -> str:
        return self._own(lambda: self.rng.choice(words))

    def _syllables(self, least: int, most: int) -> str:
        count = self.rng.randint(least, most)
        parts = [self.rng.choice(_ONSETS) + self.rng.choice(_VOWELS) for _ in range(count)]
        if self.rng.random() < 0.6:
            parts.append(self.rng.choice(_CODAS))
        return "".join(parts)

    def _with_ending(self, endings: Sequence[str], share: float) -> str:
        stem = self._syllables(1, 2)
        return (stem + (self.rng.choice(endings) if self.rng.random() < share else "")).capitalize()

    def word(self) -> str:
        """One invented lower-case word."""
        return self._own(lambda: self._syllables(1, 3))

    def proper(self) -> str:
        """One invented capitalised word."""
        return self._own(lambda: self._syllables(1, 3).capitalize())

    def surname(self) -> str:
        """A family name."""
        return self._own(lambda: self._with_ending(_ENDINGS_PERSON, 0.5))

    def person(self) -> str:
        """First and family name, sometimes with a title."""
        first = self._pick(_FIRST_NAMES) if self.rng.random() < 0.6 else self.proper()
        title = "Dr. " if self.rng.random() < 0.06 else ""
        return f"{title}{first} {self.surname()}"

    def place(self) -> str:
        """A town."""
        return self._own(lambda: self._with_ending(_ENDINGS_PLACE, 0.6))

    def brand(self) -> str:
        """A product or company word: an ordinary word with a capital, an invented one, or a code."""
        chance = self.rng.random()
        if chance < 0.4:
            return self._pick(ORDINARY)
        if chance < 0.85:
            return self.proper()
        return self.code()

    def code(self) -> str:
        """A code such as KX-204."""
        return self._own(self._any_code)

    def _any_code(self) -> str:
        rng = self.rng
        letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(2, 4)))
        match rng.randrange(5):
            case 0:
                return f"{letters}{digits}"
            case 1:
                return f"{letters}-{digits}-{rng.choice('ABCDEFX')}"
            case _:
                return f"{letters}-{digits}"

    def email(self) -> str:
        """An e-mail address of nobody."""
        domain = self.rng.choice(("example", "mail", self.word(), self.word()))
        return f"{self.word()}@{domain}.{self.rng.choice(('com', 'org', 'net', 'example', 'test'))}"
