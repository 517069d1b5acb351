"""Invented messages of customers, with what they are about, how pressing they are and which order they mean."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

from dataclasses import dataclass

from workbench.finetune.starter.facts import PRODUCT_NOUNS
from workbench.finetune.starter.names import Names

TOPICS: dict[str, tuple[str, ...]] = {
    "payment": (
        "I was charged twice for the {n}.", "My invoice for the {n} is wrong.", "The bill shows {m} but I paid less.",
        "Please send me the invoice for my {n}.", "Why was {m} taken from my card?", "I have not received my refund of {m} yet.",
        "Can I pay for the {n} in two parts?", "The amount on the receipt does not match.", "There is a fee of {m} that I do not understand.",
        "The discount was not taken off my bill.", "My bank says the payment for the {n} failed.", "I need a corrected bill with my company's name.",
    ),
    "shipping": (
        "My {n} has not arrived.", "Where is my parcel?", "The {n} was promised for {d} and is still not here.", "The parcel went to the wrong address.",
        "When will the {n} be delivered?", "Tracking has shown no change since {d}.", "The driver left the box with a stranger.",
        "Can you send the {n} to my office instead?", "I have been waiting for {s} for my {n}.", "The package is late again.", "Only half of my order came.",
    ),
    "broken": (
        "The {n} arrived broken.", "The {n} has a crack.", "After {s} the {n} stopped working.", "The screen of the {n} is black.", "There is a scratch on the {n}.",
        "The {n} makes a strange noise.", "One part of the {n} is missing and another is bent.", "The box was wet and the {n} does not start.",
        "Smoke came out of the {n}.", "The handle of the {n} fell off on the first day.", "The {n} leaks.", "My new {n} is defective.",
    ),
    "send back": (
        "I want to send the {n} back.", "How can I return the {n}?", "The {n} is the wrong size, please take it back.", "I ordered the wrong {n} and would like to exchange it.",
        "Please cancel my order of the {n}.", "I do not like the {n} and want my money back.", "Do I need the box to give the {n} back?",
        "Can I swap the {n} for a red one?", "I changed my mind about the {n}.", "Please send me a label for the return.",
    ),
    "login": (
        "I cannot log in.", "I forgot my password.", "Please change the e-mail address of my account to {e}.", "My account is locked.",
        "How do I delete my account?", "The link to reset my password does not work.", "Someone else has used my account.", "I moved and need to change my address.",
        "My user name is not accepted.", "I never got the mail to confirm my account.", "Please take me off the newsletter.",
    ),
    "information": (
        "Does the {n} come in blue?", "How much does the {n} cost?", "Is the {n} made of steel?", "Do you have a shop in {t}?", "When do you open on Saturday?",
        "Which {n} is the quiet one?", "Does the {n} fit into a small kitchen?", "How long is the guarantee of the {n}?", "Can the {n} be used outside?",
        "Do you also sell spare parts for the {n}?", "What is the difference between the two models of the {n}?", "Is there a manual in French?",
    ),
    "praise": (
        "Thank you, the {n} is great.", "I love my new {n}.", "Your team was very kind, thanks.", "Great service, the {n} came within a day.",
        "The {n} is the best I ever had.", "Many thanks to {p} for the quick help.", "Just wanted to say that I am happy with the {n}.",
    ),
}  # fmt: skip
"""Topic -> what people write about it."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "payment": ("payment", "money", "finance", "invoice", "accounting", "bill", "pay"),
    "shipping": ("shipping", "transport", "parcel", "logistics", "post", "late"),
    "broken": ("broken", "defect", "repair", "fault", "quality", "problem"),
    "send back": ("send back", "exchange", "cancel", "give back", "take back", "withdrawal"),
    "login": ("login", "password", "access", "profile", "user", "registration"),
    "information": ("information", "info", "ask", "advice", "product", "help"),
    "praise": ("praise", "thanks", "positive", "compliment", "happy"),
}
_PRESSING = ("I need it today.", "This is very pressing!", "Please answer at once.", "It must be here by tomorrow.", "Help, as fast as you can!",
             "We cannot work without it.", "Please hurry.", "I need an answer right now.", "This is an emergency.")  # fmt: skip
_PATIENT = (
    "There is no hurry.",
    "Whenever you have time.",
    "No rush.",
    "It can wait.",
    "Take your time.",
    "Not important, just curious.",
    "Any time next month is fine.",
)
_ORDERS = (
    "My order number is {o}.",
    "Order {o}.",
    "It is about order {o}.",
    "(order {o})",
    "Order no. {o}",
    "The order was {o}.",
    "Reference: order {o}.",
    "I ordered it under {o}.",
)
_OPEN = (
    "Hello,",
    "Hi,",
    "Dear team,",
    "Good morning,",
    "Hello there,",
    "To whom it may concern:",
    "Hi {c},",
    "Dear Sir or Madam,",
    "",
)
_CLOSE = ("Thanks, {p}", "Best regards, {p}", "Regards, {p}", "Yours, {p}", "{p}", "Thank you.", "", "", "Kind regards")


@dataclass(frozen=True, slots=True)
class Message:
    """One message and everything that can be asked about it."""

    text: str
    topic: str
    pressing: str
    """high, normal or low."""
    order: str
    """Empty when no order is named."""
    product: str
    sender: str
    """Empty when unsigned."""


def order_number(names: Names) -> str:
    """An order number in one of several forms."""
    rng = names.rng
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(4, 7)))
    return rng.choice((digits, digits, f"#{digits}", f"A-{digits}", names.code()))


def message(names: Names) -> Message:
    """One invented message."""
    rng = names.rng
    topic = rng.choice(list(TOPICS))
    product, person, order = f"{names.brand()} {rng.choice(PRODUCT_NOUNS)}", names.person(), ""
    if rng.random() < 0.4:
        product = product.split()[-1]
    core = rng.choice(TOPICS[topic])
    said = "{n}" in core
    parts = [core]
    pressing = rng.choice(("high", "normal", "normal", "low"))
    if pressing != "normal":
        parts.append(rng.choice(_PRESSING if pressing == "high" else _PATIENT))
    if rng.random() < 0.6:
        order = order_number(names)
        parts.insert(rng.randint(0, len(parts)), rng.choice(_ORDERS).replace("{o}", order))
    close = rng.choice(_CLOSE)
    text = " ".join(p for p in (rng.choice(_OPEN), *parts, close) if p)
    slots = {"{n}": product, "{m}": f"{rng.randint(5, 300)} euros", "{d}": rng.choice(("Monday", "Friday", "last week", "3 May", "yesterday")),
             "{s}": f"{rng.randint(2, 9)} {rng.choice(('days', 'weeks'))}", "{e}": names.email(), "{t}": names.place(), "{p}": person, "{c}": names.brand()}  # fmt: skip
    for slot, word in slots.items():
        text = text.replace(slot, word)
    return Message(text, topic, pressing, order, product if said else "", person if "{p}" in close else "")
