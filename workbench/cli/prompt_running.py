"""`workbench prompts run`: one prompt over values for its variables, answered or only shown."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.choices import choose_adapter, choose_model, load_config
from workbench.cli.output import Output, printable, write_out
from workbench.cli.prompting import choose_version, given_values
from workbench.cli.workplace import Workplace
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.playground.tasks import AnswerReport, PreviewReport
    from workbench.playground.types import Prompt


def run(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.playground.tasks import ANSWER, PREVIEW, AnswerReport, AnswerRequest, PreviewReport, PreviewRequest

    prompt, name, left_out = _prompt(arguments.prompt, place)
    for sentence in left_out:
        output.note(sentence)
    model = choose_model(place, arguments.model)
    values = given_values(arguments.set, arguments.set_file)
    load = load_config(place, model)
    if arguments.preview:
        seen_request = PreviewRequest(model=model, load=load, prompt=prompt, values=values)
        spec = JobSpec(task=PREVIEW, params=seen_request.model_dump(mode="json"), title="Preview", worker="llm")
        _show_preview(PreviewReport.model_validate(place.run(spec)), output)
        return
    adapter = choose_adapter(place, arguments.adapter, arguments.adapter_scale)
    request = AnswerRequest(model=model, load=load, adapter=adapter, prompt=prompt, values=values)
    spec = JobSpec(task=ANSWER, params=request.model_dump(mode="json"), title="Answer", worker="llm")
    report = AnswerReport.model_validate(place.run(spec, None if output.json else _show_piece))
    if output.json:
        output.object(_answer_as_json(report, name))
        return
    write_out("\n")
    if report.extracted.rule_sentence:
        output.note(report.extracted.rule_sentence + (f"\n{report.extracted.answer}" if report.extracted.found else ""))


def _show_piece(item: Produced) -> None:
    match item.kind:
        case "AnswerBegun":
            if item.item["note"]:
                print(printable(item.item["note"]), file=sys.stderr)
            _print_on(item.item["begun"])
        case "TextProduced":
            _print_on(item.item["text"])


def _print_on(text: str) -> None:
    write_out(printable(text))


def _show_preview(report: "PreviewReport", output: Output) -> None:
    if output.json:
        output.object(report)
        return
    output.text(report.final_prompt)
    about = "about " if report.is_estimate else ""
    parts = ", ".join(f"{part.part} {part.tokens}" for part in report.parts)
    output.note(
        f"{about}{report.prompt_tokens} of {report.context_length} tokens ({parts}); template: {report.template_name}"
    )


def _prompt(name_or_path: str, place: Workplace) -> "tuple[Prompt, str, tuple[str, ...]]":
    """The prompt, what it is called in the answer, and what its file says that has no counterpart here."""
    from workbench.playground.prompt_files import MARKDOWN, read_prompts

    path = Path(name_or_path).expanduser()
    if path.suffix.casefold() in MARKDOWN and path.is_file():
        found = read_prompts(path)[0]
        return found.prompt, path.name, found.left_out
    version = choose_version(place, name_or_path)
    return version.prompt, f"{version.prompt_name}@{version.number}", ()


def _answer_as_json(report: "AnswerReport", name: str) -> dict[str, Any]:
    completion = report.completion
    return {
        "prompt": name,
        "text": report.text,
        "answer": report.extracted.answer,
        "reasoning": report.extracted.reasoning,
        "rule": report.extracted.rule_sentence,
        "found": report.extracted.found,
        "finish_reason": completion.finish_reason.value,
        "usage": completion.usage.model_dump(mode="json"),
        "messages": [message.model_dump(mode="json") for message in report.messages],
        "final_prompt": completion.final_prompt,
        "model_hash": report.model_hash,
        "adapter_hash": completion.adapter_hash,
        "adapter_scale": completion.adapter_scale,
        "seconds": completion.seconds,
        "seconds_to_first_token": completion.seconds_to_first_token,
        "tokens_per_second": completion.tokens_per_second,
        "memory": report.memory.model_dump(mode="json"),
        "cost": completion.cost,
        "note": report.note,
    }
