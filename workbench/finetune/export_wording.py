"""How an export was proved, in sentences: the same in the window and on the command line."""

from workbench.finetune.evaluation.wording import metric_in_words, share
from workbench.finetune.types import AnswerProof, ExportReport, Verification
from workbench.llm.in_words import size_in_words


def exported_in_words(report: ExportReport) -> list[str]:
    """Where it is and how large, how its answers and its numbers compare, what else to know."""
    lines = [f"Exported to {report.path} ({size_in_words(report.size_bytes)})."]
    if report.answers is not None:
        lines.append(answers_in_words(report.answers))
    if report.verification is not None:
        lines.append(numbers_in_words(report.verification))
    return [*lines, *report.notes]


def answers_in_words(found: AnswerProof) -> str:
    """What the exported file said to test prompts in llama.cpp, against the trained model."""
    prompts = "1 test prompt" if found.prompts == 1 else f"{found.prompts} test prompts"
    said = (
        f"In llama.cpp it gave the trained model's answer to {found.same_answers} of {prompts} "
        f"({found.same_tokens:.1%} of {found.tokens:,} tokens)."
    )
    if found.score is None or found.trained_score is None:
        return said
    rows = "held-out rows" if found.held_out else "trained rows"
    metric, scores = metric_in_words(found.metric), f"{share(found.score)}, trained model {share(found.trained_score)}"
    return f"{said} {metric} on these {rows}: {scores}."


def numbers_in_words(found: Verification) -> str:
    """How far its numbers are off, against what is accepted and what the adapter itself changes."""
    return (
        f"Its numbers differ by {found.rms_difference:.3f} on average ({found.tolerance:.3f} is accepted; "
        f"the adapter itself changes them by {found.effect:.2f})."
    )
