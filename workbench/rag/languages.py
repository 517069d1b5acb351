"""In which language is a text written? Told by its script, or by the little words that every sentence needs.

Enough to choose among documents; a text of a few words, a table of numbers and a language that is not listed here stay
without an answer.
"""

import re
from collections import Counter
from collections.abc import Iterable

READS = 4000
"""Characters of a document that are looked at."""
ENOUGH_WORDS = 8
ENOUGH_SHARE = 0.08
"""Share of a text's words that must be little words of its language. (Prose has 0.25 and more.)"""
_WORD = re.compile(r"[^\W\d_]+")

_LITTLE_WORDS = {
    "Czech": "a se v na je že o s do i to z jsou pro by ale jako po jeho které jsem byl není",
    "Danish": "og i at det er en til af på den de for med der som ikke har et vil blev jeg af skal hvor bliver",
    "Dutch": "de het een en van ik te dat die in is niet op aan met voor er zijn maar om hij ook wordt bij worden",
    "English": "the of and to in is that it for was on are as with be by this have from or not you at which an",
    "Finnish": "ja on ei että se hän ovat oli mutta tai kun kuin joka myös jos niin sen ole mukaan sekä voi",
    "French": "le la les des et est dans une un que pour qui sur pas par au du ce avec sont il vous nous ne plus",
    "German": "der die und das ist nicht von mit den zu auf für ein eine im dem sich auch werden wird bei oder des",
    "Hungarian": "a az és hogy nem is egy ez meg csak van vagy mint ha de már még volt el kell lehet ezt által",
    "Italian": "il che di la e non un una per con sono è del della gli alla nel dei le da come più si anche delle",
    "Norwegian": "og i det er på en til som for med av at ikke den har de om et men jeg å skal fra blir også",
    "Polish": "i w na z do nie się jest to że o jak po za co od dla przez są ale oraz tym może tego",
    "Portuguese": "de o a que e do da em um para com não uma os no se na por mais as dos como ao são das",
    "Romanian": "și în de la nu este pe cu care din pentru sunt mai au să fi un o ce prin sau al ale",
    "Spanish": "de la que el en y a los se del las un por con no una su para es al lo como más pero son",
    "Swedish": "och att det som är för en i på av inte med till den om ett har jag de vid kan ska från eller",
    "Turkish": "ve bir bu için ile da de olarak çok gibi daha ne var olan sonra kadar en o ama değil ya her",
}
_WORDS_OF = {language: frozenset(words.split()) for language, words in _LITTLE_WORDS.items()}
LITTLE_WORDS = frozenset().union(*_WORDS_OF.values())
"""Of all these languages: words that say nothing about what a text is about."""
_SCRIPTS = (
    ("Japanese", re.compile(r"[\u3040-\u30ff]"), 0.1),  # before Chinese: kana stand between its signs
    ("Korean", re.compile(r"[\uac00-\ud7af]"), 0.3),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]"), 0.3),
    ("Ukrainian", re.compile(r"[іїєґІЇЄҐ]"), 0.03),  # before Russian: letters that it does not have
    ("Russian", re.compile(r"[\u0400-\u04ff]"), 0.4),
    ("Greek", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), 0.4),
    ("Arabic", re.compile(r"[\u0600-\u06ff]"), 0.4),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]"), 0.4),
    ("Hindi", re.compile(r"[\u0900-\u097f]"), 0.4),
    ("Tamil", re.compile(r"[\u0b80-\u0bff]"), 0.4),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]"), 0.4),
)


def language_of(texts: Iterable[str]) -> str:
    """The English name of the language that most of the beginning is written in; "" where that cannot be told."""
    beginning = _beginning(texts)
    letters = sum(character.isalpha() for character in beginning)
    if not letters:
        return ""
    for language, script, share in _SCRIPTS:
        if len(script.findall(beginning)) >= share * letters:
            return language
    return _by_little_words(_WORD.findall(beginning.casefold()))


def _beginning(texts: Iterable[str]) -> str:
    read: list[str] = []
    left = READS
    for text in texts:
        read.append(text[:left])
        left -= len(read[-1])
        if left <= 0:
            break
    return "\n".join(read)


def _by_little_words(words: list[str]) -> str:
    if len(words) < ENOUGH_WORDS:
        return ""
    counts = Counter(words)
    found = {language: sum(counts[word] for word in little) for language, little in _WORDS_OF.items()}
    best, second = sorted(found, key=lambda language: -found[language])[:2]
    is_clear = found[best] >= ENOUGH_SHARE * len(words) and found[best] > found[second]
    return best if is_clear else ""
