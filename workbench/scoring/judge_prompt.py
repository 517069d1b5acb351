"""The exact text that a judge reads, and the form of its reply.

Whatever is judged is data: it stands between tags that carry a mark which does not occur in it, so that no text can
close its own tag, and it is put in last, in one pass, so that no text is read as a variable.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from workbench import resources
from workbench.errors import WorkbenchError
from workbench.scoring.judge_settings import JudgeSettings, Scale

RUBRIC_VARIABLES = ("question", "references", "answer", "rubric", "reply")
PAIR_VARIABLES = ("question", "references", "first", "second", "rubric", "reply")
_REQUIRED = {RUBRIC_VARIABLES: ("question", "answer"), PAIR_VARIABLES: ("question", "first", "second")}
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MARK_DIGITS = 6
PAIR_CHOICES = ("first", "second", "tie")


def our_prompt(*, is_pairwise: bool) -> str:
    """The prompt that comes with the program."""
    return resources.text(f"prompts/judge/{'pairs' if is_pairwise else 'rubric'}.md")


def prompt_in_force(settings: JudgeSettings, *, is_pairwise: bool) -> str:
    """The user's prompt, or ours."""
    own = settings.pairwise_prompt if is_pairwise else settings.prompt
    return own if own.strip() else our_prompt(is_pairwise=is_pairwise)


def problem_in_prompt(template: str, *, is_pairwise: bool) -> str:
    """What is wrong with a judge's prompt, in a sentence; empty when nothing is."""
    known = PAIR_VARIABLES if is_pairwise else RUBRIC_VARIABLES
    found = _VARIABLE.findall(template)
    if unknown := [name for name in found if name not in known]:
        return (
            f"The judge's prompt has a variable {{{{{unknown[0]}}}}} that does not exist; there are {_listed(known)}."
        )
    if missing := [name for name in _REQUIRED[known] if name not in found]:
        return f"The judge's prompt lacks {_listed(missing)}: without it there is nothing to judge."
    return ""


def rubric_prompt(settings: JudgeSettings, question: str, references: Sequence[str] | None, answer: str) -> str:
    """What the judge reads to grade one answer; `references` of None: nobody said what is right.

    WorkbenchError where the user's prompt cannot be used.
    """
    texts = {"question": question, "references": _one_text(references), "answer": answer}
    return _filled(settings, texts, is_pairwise=False)


def pair_prompt(
    settings: JudgeSettings, question: str, references: Sequence[str] | None, first: str, second: str
) -> str:
    """What the judge reads to say which answer is better. WorkbenchError where the user's prompt cannot be used."""
    texts = {"question": question, "references": _one_text(references), "first": first, "second": second}
    return _filled(settings, texts, is_pairwise=True)


def _filled(settings: JudgeSettings, texts: Mapping[str, str], *, is_pairwise: bool) -> str:
    template = prompt_in_force(settings, is_pairwise=is_pairwise)
    if problem := problem_in_prompt(template, is_pairwise=is_pairwise):
        raise WorkbenchError(problem, hint="Mend it, or take ours.", code="bad_judge_prompt")
    reply = _reply_in_words(settings, is_pairwise=is_pairwise)
    if "reply" not in _VARIABLE.findall(template):
        template = f"{template.rstrip()}\n\n{{{{reply}}}}\n"
    mark = mark_for(texts.values())
    values = {name: f"<{name}-{mark}>\n{text}\n</{name}-{mark}>" for name, text in texts.items()}
    values |= {"rubric": settings.rubric_in_force, "reply": reply}
    return _VARIABLE.sub(lambda match: values[match[1]], template).strip()


def mark_for(texts: Iterable[str]) -> str:
    """Six hexadecimal digits that occur in none of the texts; the same for the same texts."""
    whole = "\x00".join(texts)
    digest = hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()
    while digest[:_MARK_DIGITS] in whole:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return digest[:_MARK_DIGITS]


def _reply_in_words(settings: JudgeSettings, *, is_pairwise: bool) -> str:
    if is_pairwise:
        said = '"first", "second" or "tie"'
        key, about = "better", "which answer is better"
    elif settings.scale is Scale.GRADES:
        key, said, about = "score", "a whole number from 1 to 5", "the grade"
    else:
        key, said, about = "score", '"yes" or "no"', "whether it is right"
    return f'Reply with one JSON object and nothing else: {{"reason": one short sentence, "{key}": {said}}}, {about}.'


def _one_text(references: Sequence[str] | None) -> str:
    if references is None:
        return "(nobody said what is right: judge by what matters alone)"
    return "\n".join(references) if references else "(there is no right answer: the question should be refused)"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def choices(settings: JudgeSettings, *, is_pairwise: bool) -> tuple[str, tuple[str, ...]]:
    """The key of the reply that holds the judgement, and what it can be, as JSON."""
    if is_pairwise:
        return "better", tuple(json.dumps(choice) for choice in PAIR_CHOICES)
    if settings.scale is Scale.GRADES:
        return "score", ("1", "2", "3", "4", "5")
    return "score", ('"yes"', '"no"')


def reply_grammar(settings: JudgeSettings, *, is_pairwise: bool) -> str:
    """GBNF of the reply: a short reason, then the judgement, so that it is thought of before it is said."""
    key, allowed = choices(settings, is_pairwise=is_pairwise)
    either = " | ".join(json.dumps(choice) for choice in allowed)
    return (
        f'root ::= "{{\\"reason\\": \\"" reason "\\", \\"{key}\\": " judgement "}}"\n'
        f'reason ::= [^"{{}}\\\\\\x00-\\x1F]{{1,{settings.reason_characters}}}\n'
        f"judgement ::= {either}\n"
    )


def reply_schema(settings: JudgeSettings, *, is_pairwise: bool) -> str:
    """The same as a JSON schema, for models on servers."""
    key, allowed = choices(settings, is_pairwise=is_pairwise)
    schema = {
        "type": "object",
        "properties": {"reason": {"type": "string"}, key: {"enum": [json.loads(choice) for choice in allowed]}},
        "required": ["reason", key],
        "additionalProperties": False,
    }
    return json.dumps(schema)
