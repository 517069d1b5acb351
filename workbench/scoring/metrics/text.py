"""How text is made comparable before it is scored."""

import re
import string

_MARKS = re.compile(r"\s*\[\d+(?:\s*[,;\u2013-]\s*\d+)*\]")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b", re.IGNORECASE)
_TYPOGRAPHY = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def without_marks(answer: str) -> str:
    """The answer without citation marks such as [1] or [2, 3]."""
    return _MARKS.sub("", answer).strip()


def normalised(text: str, *, ignore_case: bool = True) -> str:
    """Lower case (unless that counts), without punctuation, articles and extra white space.

    The rules of the SQuAD evaluation (Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of
    Text", section 5), with typographic quotes and dashes read as their plain forms.
    """
    text = (text.lower() if ignore_case else text).translate(_TYPOGRAPHY).translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def plain(text: str) -> str:
    """Case, white space and closing punctuation do not count; everything else does."""
    return " ".join(text.translate(_TYPOGRAPHY).casefold().split()).rstrip(" .!;,")


def texts_of(option: object) -> tuple[str, ...]:
    """An option that is a list of texts, or one text with commas between them."""
    parts = option.split(",") if isinstance(option, str) else option if isinstance(option, list | tuple) else ()
    return tuple(text for part in parts if (text := str(part).strip()))
