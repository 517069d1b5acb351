"""Customer messages, put together from wordings."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from samples.tickets import HIGH

CATEGORIES = ("BILLING", "DELIVERY", "DAMAGE", "RETURN", "ACCOUNT", "QUESTION")
FEWEST_WORDS, MOST_WORDS = 20, 60
MOST_ALIKE = 0.7  # share of words that two messages may have in common

SELDOM_WITH_ORDER = {"ACCOUNT", "QUESTION"}
ABOUT_GOODS = {"DAMAGE", "RETURN"}
CURIOUS = {"RETURN", "ACCOUNT", "QUESTION"}


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def overlap(words: set[str], others: set[str]) -> float:
    """The share of all words that both have (Jaccard)."""
    return len(words & others) / len(words | others)


class MessageWriter:
    """Puts customer messages together from the wordings of one part, `train` or `test`."""

    def __init__(self, wordings: Mapping[str, Any], part: str, seed: int) -> None:
        self._wordings = wordings
        self._part = part
        self._random = random.Random(seed)
        self._written: list[set[str]] = []

    def cores(self, category: str, count: int) -> list[str]:
        """What the messages are about; each core about equally often, in mixed order."""
        cores: list[str] = []
        while len(cores) < count:
            cores += self._shuffled(self._wordings["categories"][category][self._part])
        return cores[:count]

    def write(self, category: str, core: str) -> str:
        """One message around the core; tries again until its length is right and it is unlike the others."""
        while True:
            message = self._compose(category, core)
            words = set(words_of(message))
            long_enough = FEWEST_WORDS <= len(message.split()) <= MOST_WORDS
            if long_enough and all(overlap(words, other) < MOST_ALIKE for other in self._written):
                self._written.append(words)
                return message

    def _compose(self, category: str, core: str) -> str:
        order = self._order(category, core)
        body = [*self._body(core, order), *self._aside(category)]
        urgency = self._urgency(category, body)
        sentences = [*body, *urgency] if self._chance(0.75) else [*urgency, *body]
        closing = [self._one("closings")] if self._chance(0.5) else []
        return self._fill(self._greeted(" ".join([*sentences, *closing])), order)

    def _order(self, category: str, core: str) -> str:
        """Who asks in general or about a login mostly has no order to name."""
        often = category not in SELDOM_WITH_ORDER
        wanted = self._chance(0.72 if often else 0.6) and (often or "{order}" in core)
        digits = str(self._random.randint(20417, 89862))
        letters = "TF-" if self._chance(0.4) else ""
        return f"{letters}{digits}" if wanted else ""

    def _body(self, core: str, order: str) -> list[str]:
        inline = bool(order) and "{order}" in core and self._chance(0.6)
        story = re.sub(r"\[(.*?)\]", r"\1" if inline else "", core)
        story = story[0].upper() + story[1:]
        if not order or inline:
            return [story]
        order_line = self._one("orders")
        return [order_line, story] if self._chance(0.25) else [story, order_line]

    def _aside(self, category: str) -> list[str]:
        about_goods = category in ABOUT_GOODS and self._chance(0.5)
        return [self._one("goods_asides" if about_goods else "asides")] if self._chance(0.45) else []

    def _urgency(self, category: str, body: Sequence[str]) -> list[str]:
        draw = self._random.random()
        if HIGH.search(" ".join(body)) or draw > 0.55:
            return []
        if draw < 0.32:
            return [self._one("high")]
        return [self._one("curious" if category in CURIOUS and self._chance(0.5) else "low")]

    def _greeted(self, text: str) -> str:
        if not self._chance(0.6):
            return text
        greeting = self._one("greetings")
        goes_on = greeting.endswith(",") and not text.startswith(("I ", "{order}"))
        return f"{greeting} {text[0].lower() + text[1:] if goes_on else text}"

    def _fill(self, text: str, order: str) -> str:
        def value(match: re.Match[str]) -> str:
            return order if match[1] == "order" else str(self._random.choice(self._wordings[_plural(match[1])]))

        filled = re.sub(r"\{(\w+)\}", value, text)
        return re.sub(r"\ba (?=iron)", "an ", filled)

    def _one(self, kind: str) -> str:
        return str(self._random.choice(self._wordings[kind][self._part]))

    def _shuffled(self, texts: Sequence[str]) -> list[str]:
        return self._random.sample(texts, len(texts))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _plural(name: str) -> str:
    return f"{name}s" if name in {"product", "price", "day", "name"} else name


def write_messages(wordings: Mapping[str, Any], part: str, per_category: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of message and category, mixed."""
    writer = MessageWriter(wordings, part, seed)
    pairs = [
        (writer.write(category, core), category)
        for category in CATEGORIES
        for core in writer.cores(category, per_category)
    ]
    random.Random(seed).shuffle(pairs)
    return pairs
