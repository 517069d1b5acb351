"""The ticket that belongs to a customer's message, by the rules of the style guide."""

import re

HASTE = r"urgent|urgently|today|immediately|deadline"
DANGER = r"smoke|sparks|burning smell|electric shock"
HIGH = re.compile(rf"\b({HASTE}|{DANGER})\b", re.IGNORECASE)
LOW = re.compile(r"\b(no hurry|whenever|just wondering)\b", re.IGNORECASE)
ORDER = re.compile(r"(?<![\w-])(?:TF-)?\d{5}(?!\w)")


def urgency_of(message: str) -> str:
    """The rule of the style guide: signs of danger or haste first, then signs of patience."""
    return "high" if HIGH.search(message) else "low" if LOW.search(message) else "normal"


def order_of(message: str) -> str:
    found = ORDER.search(message)
    return found[0] if found else "none"


def ticket_for(message: str, category: str) -> str:
    return f"TICKET {category}\nURGENCY: {urgency_of(message)}\nORDER: {order_of(message)}"
