"""A problem that belongs to a place on a page, in words for people. No Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    text: str
    hint: str = ""
    details: str = ""
