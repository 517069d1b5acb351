"""A house format that the starter model never saw, and messages of customers to write down in it."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from dataclasses import dataclass

from workbench.finetune.starter.names import Names

_THINGS = "kettle lamp toaster radio heater fan iron scale blender grinder clock stove mirror chair".split()
_MESSAGES = {
    "BILLING": (
        "You took the money for the {t} two times.", "The invoice shows a {t} that I never bought.", "Why is my bill higher than the price on your page?",
        "I still wait for my money back for the {t}.", "Please correct the VAT on my invoice.", "The voucher was not counted on the bill for the {t}.",
        "My card was charged but the payment for the {t} shows as open.", "Can you send me a copy of the invoice for the {t}?",
    ),
    "DELIVERY": (
        "The {t} should have been here on Tuesday.", "Where is the parcel with my {t}?", "The courier says nobody was at home, but I was.",
        "My parcel with the {t} has been stuck for days.", "Please deliver the {t} to my neighbour.", "When does the {t} arrive?",
        "The {t} was delivered to the wrong house.", "Half of the parcel is missing, only the {t} came.",
    ),
    "DAMAGE": (
        "The {t} has a broken handle.", "There was a big crack in the {t} when I opened the box.", "My {t} does not switch on any more.",
        "The {t} smells burnt and makes noise.", "The glass of the {t} is in pieces.", "The {t} leaks on the table.",
        "After two days the {t} stopped working.", "The lid of the {t} is bent.",
    ),
    "RETURN": (
        "I would like to give the {t} back.", "The {t} is too big, can I exchange it?", "How do I send the {t} back to you?",
        "I want to swap the {t} for another colour.", "Please take the {t} back, I do not need it.", "I changed my mind, what do I do with the {t}?",
        "Send me a return label for the {t}, please.", "I bought the wrong {t} and want to return it.",
    ),
    "ACCOUNT": (
        "I cannot sign in to your shop.", "My password is not accepted any more.", "Please delete my account.", "I want to change the e-mail of my account.",
        "Your page says that my account is locked.", "I did not get the link for a new password.", "How do I change my name in my profile?",
        "Somebody logged in with my user name.",
    ),
    "QUESTION": (
        "Does the {t} also come in green?", "How long is the cable of the {t}?", "Is the {t} safe for children?", "Do you sell the {t} in your shop in town?",
        "What does the {t} weigh?", "Can I use the {t} outdoors?", "Which {t} do you recommend for two people?", "Is there a bigger model of the {t}?",
    ),
}  # fmt: skip
_HIGH = (
    "I need help today!",
    "Please answer at once.",
    "It is very pressing.",
    "I cannot wait any longer!",
    "As fast as possible, please.",
)
_LOW = ("There is no hurry.", "Answer when you have time.", "It can wait.", "No rush at all.", "Take your time.")
_ORDERS = ("Order {o}.", "My order number is {o}.", "It is order {o}.", "(order {o})", "Order number: {o}.")
_OPEN = ("Hello,", "Good day,", "Dear team,", "Hi,", "")
_CLOSE = ("Best wishes, {p}", "Thanks, {p}", "{p}", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A message and how the house writes it down."""

    message: str
    expected: str


def rows(count: int, seed: int) -> list[Row]:
    """`count` rows; other seeds give other names, numbers and combinations of the same kinds of sentences."""
    names = Names(random.Random(seed), held_out=True)
    return [_row(names) for _ in range(count)]


def _row(names: Names) -> Row:
    rng = names.rng
    category = rng.choice(list(_MESSAGES))
    urgency = rng.choice(("low", "normal", "normal", "high"))
    order = str(rng.randint(10000, 99999)) if rng.random() < 0.6 else ""
    parts = [rng.choice(_MESSAGES[category]).replace("{t}", f"{names.brand()} {rng.choice(_THINGS)}")]
    if urgency != "normal":
        parts.append(rng.choice(_HIGH if urgency == "high" else _LOW))
    if order:
        parts.insert(rng.randint(0, len(parts)), rng.choice(_ORDERS).replace("{o}", order))
    text = " ".join(p for p in (rng.choice(_OPEN), *parts, rng.choice(_CLOSE).replace("{p}", names.person())) if p)
    return Row(text, f"TICKET {category}\nURGENCY: {urgency}\nORDER: {order or 'none'}")
