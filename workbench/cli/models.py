"""`workbench models list`: the language models on this disk."""

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli.choices import load_config
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.llm.fit import free_memory, verdict
from workbench.llm.in_words import context_in_words, kind_in_words, parameters_in_words, size_in_words
from workbench.llm.library import list_models
from workbench.llm.types import ModelKind, ModelRef

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS = ("name", "kind", "architecture", "parameters", "quantization", "context", "size", "licence", "source", "fit")


def register(commands: "Commands") -> None:
    """Add `models list`."""
    parser = commands.add_parser("models", help="language models on this computer")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="list them").set_defaults(run=show_models)


def show_models(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    models = list_models(place.own_model_folders, place.paths.models)
    fits = [_fit(place, model) for model in models]
    if output.json:
        output.object(
            {"models": [model.model_dump(mode="json") | {"fit": f} for model, f in zip(models, fits, strict=True)]}
        )
        return
    if not models:
        output.text("No models were found.")
        return
    output.table(_COLUMNS, [_row(model, fit) for model, fit in zip(models, fits, strict=True) if not model.problem])
    for model in models:
        if model.problem:
            output.text(f"\n{model.name} cannot be used: {model.problem}\n  {model.path}")


def _fit(place: Workplace, model: ModelRef) -> str:
    if model.problem or model.kind is not ModelKind.CHAT:
        return ""
    return str(verdict(model, load_config(place, model), free_memory()).fit)


def _row(model: ModelRef, fit: str) -> tuple[Any, ...]:
    return (
        model.name,
        kind_in_words(model.kind),
        model.architecture,
        parameters_in_words(model.parameters),
        model.quantization,
        context_in_words(model),
        size_in_words(model.size_bytes),
        model.licence,
        model.source,
        fit,
    )
