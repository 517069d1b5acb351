"""Does an answer say that it cannot be answered? The one list of wordings, used by every metric."""

import re

from workbench.llm import grounded_prompt

_SOURCE = (
    r"(?:the |these |those |given |provided |available |above )*"
    r"(?:documents?|sources?|context|passages?|text|information)"
)
_SAY = r"(?:say|state|mention|contain|specify|answer|provide|tell|give)"
_PLAIN = re.compile(
    r"^(?:(?:i am |i'm )?sorry[,.!]? (?:but )?)?(?:"
    r"i (?:do not|don't|cannot|can't|could not|couldn't) (?:know|say|tell|answer|find|determine)\b"
    r"|i am not sure|i'm not sure|unanswerable\b|unknown$|no answer$|not answerable\b"
    r"|cannot be (?:answered|determined)\b"
    r"|there is (?:no|not enough) (?:answer|information|mention)\b"
    r"|(?:this|that|it|the answer) is not (?:stated|mentioned|given|known|in|specified)\b"
    r"|not (?:stated|mentioned|specified|given|found)(?: in\b.*)?$"
    rf"|(?:according to )?{_SOURCE} (?:do|does|did)(?: not|n't) {_SAY}\b"
    r")"
)  # fmt: skip


def is_refusal(answer: str) -> bool:
    """Whether an answer refuses: in the words of the grounded prompt, or in a plain wording that opens the answer.

    Only the opening counts for plain wordings: "54 euros. I don't know the weight." is an answer.
    """
    if grounded_prompt.is_refusal(answer):
        return True
    words = " ".join(answer.replace("\u2019", "'").casefold().split()).rstrip(".! ")
    return bool(_PLAIN.match(words))
