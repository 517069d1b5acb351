"""The five standard arms, made of what exists; what is missing is said, with the tab that mends it. No Qt."""

from workbench.compare.spec import ArmSpec, ExamplesSpec
from workbench.ui.compare.state import Choices

_RAG_WORDS = ("rag", "passage", "ground", "retriev")


def standard_arms(choices: Choices) -> tuple[tuple[ArmSpec, ...], tuple[tuple[str, str], ...]]:
    """Arms (prompt, few-shot, rag, tuned, tuned + rag) and what is missing for the rest."""
    if not choices.models:
        return (), (("There is no model yet.", "models"),)
    model = "starter" if "starter" in choices.models else choices.models[0]
    arms = [ArmSpec(name="prompt", model=model)]
    missing: list[tuple[str, str]] = []
    if choices.example_files:
        examples = ExamplesSpec(from_file=choices.example_files[0][1], count=4)
        arms.append(ArmSpec(name="few-shot", model=model, examples=examples))
    else:
        missing.append(("No examples yet for few-shot: import rows.", "data"))
    collection = choices.collections[0] if choices.collections else ""
    if collection:
        arms.append(ArmSpec(name="rag", model=model, collection=collection))
    else:
        missing.append(("No documents yet for retrieval: index some.", "documents"))
    if choices.adapters:
        arms.append(ArmSpec(name="tuned", model=model, adapter=_plain_adapter(choices)))
        if collection:
            adapter = _grounded_adapter(choices)
            arms.append(ArmSpec(name="tuned + rag", model=model, adapter=adapter, collection=collection))
    else:
        missing.append(("No adapter yet: tune one.", "finetune"))
    return tuple(arms), tuple(missing)


def _is_grounded(name: str) -> bool:
    return any(word in name.casefold() for word in _RAG_WORDS)


def _plain_adapter(choices: Choices) -> str:
    return next((name for name in choices.adapters if not _is_grounded(name)), choices.adapters[0])


def _grounded_adapter(choices: Choices) -> str:
    """One that was trained on passages, as far as its name tells."""
    return next((name for name in choices.adapters if _is_grounded(name)), choices.adapters[0])
