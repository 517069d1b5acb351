"""Which part of a text is the answer, when the model was told to think first."""

import re

from workbench.playground.types import AnswerRule, ExtractedAnswer, Reasoning

_THINKING_ENDS = "</think>"
_THINKING_BEGINS = re.compile(r"^\s*<think>\s*")
_WHOLE = "the whole text is taken as the answer."


def rule_in_words(reasoning: Reasoning | None) -> str:
    """Where the answer is looked for, as a sentence; "" where the whole text is the answer."""
    if reasoning is None:
        return ""
    match reasoning.rule:
        case AnswerRule.AFTER_MARK:
            return f"The answer is what follows the last “{reasoning.mark}”."
        case AnswerRule.LAST_LINE:
            return "The answer is the last line that is not empty."
        case AnswerRule.AFTER_THINKING:
            return f"The answer is what follows “{_THINKING_ENDS}”."


def extract_answer(reasoning: Reasoning | None, text: str) -> ExtractedAnswer:
    """The answer in `text` by this rule; the whole text where there is none, or where it finds nothing."""
    if reasoning is None:
        return ExtractedAnswer(answer=text)
    found = _split(reasoning, text)
    if found is None:
        missing = _THINKING_ENDS if reasoning.rule is AnswerRule.AFTER_THINKING else reasoning.mark
        why = f"“{missing}” does not occur" if missing and text.strip() else "There is nothing to look for"
        return ExtractedAnswer(answer=text.strip(), rule_sentence=f"{why}: {_WHOLE}", found=False)
    thought, answer = found
    return ExtractedAnswer(answer=answer.strip(), reasoning=thought.strip(), rule_sentence=rule_in_words(reasoning))


def _split(reasoning: Reasoning, text: str) -> tuple[str, str] | None:
    """What stands before the answer, and the answer; None where the rule finds nothing."""
    match reasoning.rule:
        case AnswerRule.AFTER_MARK:
            return _after_mark(reasoning.mark.strip(), text)
        case AnswerRule.LAST_LINE:
            lines = text.rstrip().splitlines()
            return ("\n".join(lines[:-1]), lines[-1]) if lines else None
        case AnswerRule.AFTER_THINKING:
            before, mark, after = text.rpartition(_THINKING_ENDS)
            return (_THINKING_BEGINS.sub("", before), after) if mark else None


def _after_mark(mark: str, text: str) -> tuple[str, str] | None:
    """In any letter case, and without the asterisks with which models print the mark in bold."""
    if not mark:
        return None
    found = list(re.finditer(rf"(?P<bold>\**){re.escape(mark)}(?P<end>\**)", text, re.IGNORECASE))
    if not found:
        return None
    last = found[-1]
    answer = text[last.end() :].strip()
    if len(last["bold"]) > len(last["end"]) and answer.endswith(last["bold"]):
        answer = answer.removesuffix(last["bold"])  # **Answer: 42**
    return text[: last.start()], answer
