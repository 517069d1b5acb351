"""`workbench models list | quantize | convert`; the other actions are in `library.py` and `hub.py`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli import hub, library
from workbench.cli.choices import choose_model, listed_models, load_config
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.llm.devices import usable_devices
from workbench.llm.fit import available_memory, verdict
from workbench.llm.in_words import (
    context_in_words,
    kind_in_words,
    parameters_in_words,
    size_in_words,
)
from workbench.llm.placement import Device
from workbench.llm.quantizing import QuantizationType, QuantizeReport, check_source, quantize_spec, target_for
from workbench.llm.types import ModelKind, ModelRef

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS = ("name", "kind", "architecture", "parameters", "quantization", "context", "size", "licence", "source", "fit")


def register(commands: "Commands") -> None:
    """Add `models` with all its actions."""
    parser = commands.add_parser("models", help="language models on this computer")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="list them").set_defaults(run=show_models)
    quantizing = actions.add_parser("quantize", help="make a smaller copy of a model with 16- or 32-bit weights")
    quantizing.add_argument("model", metavar="MODEL", help="its name or file")
    kinds = [str(kind) for kind in QuantizationType]
    quantizing.add_argument(
        "--type", default="Q4_K_M", choices=kinds, metavar="T", help=f"{', '.join(kinds)} (default Q4_K_M)"
    )
    quantizing.add_argument("--out", metavar="FILE", help="the new file; else one in the data folder")
    quantizing.set_defaults(run=quantize)
    converting = actions.add_parser("convert", help="make a GGUF model of a transformers folder")
    converting.add_argument("model", metavar="MODEL", help="its name or folder")
    converting.add_argument("--out", metavar="FILE", help="the new file; else one in the data folder")
    converting.set_defaults(run=convert)
    library.register(actions)
    hub.register(actions)


def show_models(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    models = listed_models(place)
    devices = usable_devices()
    fits = [_fit(place, model, devices) for model in models]
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


def quantize(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    model = choose_model(place, arguments.model)
    check_source(model)
    kind = QuantizationType(arguments.type)
    out = Path(arguments.out).expanduser().absolute() if arguments.out else target_for(model, kind, place.paths.models)
    report = QuantizeReport.model_validate(place.run(quantize_spec(model, kind, out)))
    made = report.model
    if output.json:
        output.object(report)
        return
    output.text(
        f"{made.path}\n{size_in_words(made.size_bytes)} instead of {size_in_words(model.size_bytes)}, "
        f"{made.quantization}, in {report.seconds:.0f} s"
    )


def convert(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.finetune import converting

    model = choose_model(place, arguments.model)
    out = (
        Path(arguments.out).expanduser().absolute()
        if arguments.out
        else converting.target_for(model, place.paths.models)
    )
    report = converting.ConvertReport.model_validate(place.run(converting.convert_spec(model, out)))
    if output.json:
        output.object(report)
        return
    output.text(
        f"{report.model.path}\n{size_in_words(report.model.size_bytes)}, {report.model.architecture}; its logits "
        f"differ from the folder's by {report.relative_difference:.2%} of their spread."
    )


def _fit(place: Workplace, model: ModelRef, devices: Sequence[Device]) -> str:
    if model.problem or model.kind is not ModelKind.CHAT or model.endpoint is not None:
        return ""
    return str(verdict(model, load_config(place, model), available_memory(), devices).fit)


def _row(model: ModelRef, fit: str) -> tuple[Any, ...]:
    return (
        model.name,
        kind_in_words(model.kind),
        model.architecture,
        parameters_in_words(model.parameters),
        model.quantization,
        context_in_words(model),
        size_in_words(model.size_bytes) if model.endpoint is None else "",
        model.licence,
        model.source,
        fit,
    )
