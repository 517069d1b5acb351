"""How well does the starter model answer from documents it never saw, and does LoRA teach it a house format?

Names, documents and questions are generated with words that training never saw (a tenth of all name words, by hash).
The kinds of sentences are those of training, so the numbers say how well the model reads such text, not any text.
"""

import argparse
import re
import string
from collections.abc import Sequence
from typing import Any

from benchmarks._starter_card import write_card
from benchmarks._starter_cases import Case, cases
from benchmarks._starter_house_format import Row, rows
from benchmarks.report import Goal, Report
from workbench import resources
from workbench.errors import WorkbenchError
from workbench.llm.engines import borrowed, say_nothing
from workbench.llm.grounded_prompt import grounded_messages, is_refusal
from workbench.llm.library import find_starter
from workbench.llm.types import ChatMessage, Completion, GenerationConfig, GenerationRequest, LoadConfig, ModelRef, Role

_MARK = re.compile(r"\[(\d+)\]")
_SEED = 20_001
_TRAIN_ROWS = 200


def run(quick: bool) -> Report:
    """All five measurements; `quick` asks a tenth of the questions and trains on the same 200 rows."""
    count = 100 if quick else 1000
    measured = {"questions": count, **answering(cases(count, _SEED)), **house_format(count // 5)}
    return Report("starter", measured, goals(measured))


def goals(measured: dict[str, Any]) -> tuple[Goal, ...]:
    """What the issue asks of the starter model."""
    return (
        Goal("answers exactly when the fact is there", measured["answered_exactly"], ">= 0.85"),
        Goal("says that the documents do not say", measured["refused_rightly"], ">= 0.85"),
        Goal("knows the facts without documents", measured["known_without_documents"], "<= 0.05"),
        Goal("follows the house format unseen", measured["format_before"], "<= 0.2"),
        Goal("gain in the house format by LoRA", measured["format_after"] - measured["format_before"], ">= 0.3"),
        Goal("marks the right source", measured["marked_rightly"], ">= 0.85"),
    )


def normalised(text: str) -> str:
    """Case, punctuation at the edges of words and articles do not count."""
    words = [word.strip(string.punctuation) for word in _MARK.sub(" ", text).casefold().split()]
    return " ".join(word for word in words if word and word not in {"a", "an", "the"})


def answering(found: Sequence[Case]) -> dict[str, Any]:
    """Exact answers, refusals, marks and closed-book answers."""
    requests = [request(grounded_messages(case.question, case.passages)) for case in found]
    there = [case for case in found if case.answer]
    alone = [request((ChatMessage(role=Role.USER, content=case.question),)) for case in there]
    answers = [completion.text for completion in ask_all(requests)]
    known = [completion.text for completion in ask_all(alone)]
    pairs = list(zip(found, answers, strict=True))
    exact = [normalised(text) == normalised(case.answer) for case, text in pairs if case.answer]
    marked = [_MARK.findall(text) == [str(case.source)] for case, text in pairs if case.answer]
    refused = [is_refusal(text) for case, text in pairs if not case.answer]
    closed = [normalised(text) == normalised(case.answer) for case, text in zip(there, known, strict=True)]
    return {
        "answered_exactly": share(exact),
        "refused_rightly": share(refused),
        "known_without_documents": share(closed),
        "marked_rightly": share(marked),
        "marked_rightly_when_exact": share([m for m, e in zip(marked, exact, strict=True) if e]),
        "refused_wrongly": share([is_refusal(text) for case, text in pairs if case.answer]),
        "answerable": len(exact),
        "unanswerable": len(refused),
    }


def share(found: Sequence[bool]) -> float:
    """Share of true values, in four digits."""
    return round(sum(found) / max(1, len(found)), 4)


def request(messages: Sequence[ChatMessage]) -> GenerationRequest:
    """Greedy and short, as the program asks for answers from documents."""
    return GenerationRequest(messages=tuple(messages), config=GenerationConfig(max_tokens=60))


def starter_model() -> ModelRef:
    """The model that ships with the program."""
    found = find_starter()
    if found is None:
        raise WorkbenchError("There is no starter model in resources/models.", hint="Make it: see STARTER.md there.")
    return found


def ask_all(requests: Sequence[GenerationRequest]) -> list[Completion]:
    """Answers of the starter model, in order."""
    with borrowed(starter_model(), LoadConfig(context_length=2048), say_nothing) as engine:
        return engine.complete_all(requests, lambda _: None, lambda: False)


def house_format(count: int) -> dict[str, Any]:
    """Exact outputs before and after LoRA on 200 rows."""
    from benchmarks._starter_lora import tuned_answers

    test, train = rows(count, _SEED + 1), rows(_TRAIN_ROWS, _SEED + 2)
    before = [c.text for c in ask_all([request((ChatMessage(role=Role.USER, content=row.message),)) for row in test])]
    after = tuned_answers(starter_model(), train, test)
    return {
        "format_before": share(_same(test, before)),
        "format_after": share(_same(test, after)),
        "format_rows": count,
    }


def _same(test: Sequence[Row], answers: Sequence[str]) -> list[bool]:
    return [" ".join(a.split()) == " ".join(row.expected.split()) for row, a in zip(test, answers, strict=True)]


def main() -> None:
    """`python -m benchmarks.starter [--training "..."]`: measure everything and rewrite the model's card."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starter", description=__doc__)
    parser.add_argument("--training", default="", help="what to say about the training in the card")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    report = run(given.quick)
    write_card(report, starter_model(), resources.path("models"), given.training)
    for goal in report.goals:
        print(f"{goal.name}: {goal.value:.4g} (goal {goal.goal})")


if __name__ == "__main__":
    main()
