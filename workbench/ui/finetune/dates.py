"""When something was trained, for people. No Qt."""

from datetime import datetime


def date_in_words(iso: str) -> str:
    """ "20 Nov 2026, 13:05" in this computer's time."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return iso
