"""`workbench generate`: answers from a language model, one or a file full."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.cli.choices import add_adapter_options, choose_adapter, choose_model, generation_config, load_config
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, printable, write_out
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec
from workbench.llm.tasks import GENERATE, GenerateReport, GenerateRequest
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    Role,
)

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


class Prompt(NamedTuple):
    """One line of a file of prompts."""

    id: str
    text: str
    written_id: Any
    """As it was written: text or number."""


def register(commands: "Commands") -> None:
    """Add `generate`."""
    parser = commands.add_parser("generate", help="let a model answer")
    parser.add_argument("--model", required=True, metavar="M", help="name or path of a model")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--prompt", metavar="TEXT", help="one prompt; the answer is printed as it comes")
    what.add_argument(
        "--prompts", metavar="FILE.jsonl", help='one {"id", "text"} per line; repeatable answers as JSON lines'
    )
    parser.add_argument("--system", metavar="S", default="", help="instruction before the prompt")
    add_adapter_options(parser)
    parser.add_argument("--max-tokens", type=whole_number, metavar="N", help="longest answer, in tokens")
    parser.add_argument(
        "--temperature", type=float, metavar="T", help="0 (the default) always takes the likeliest token"
    )
    parser.add_argument("--seed", type=whole_number, metavar="N", help="for a temperature above 0")
    parser.add_argument(
        "--exact", action="store_true", help="decode each of --prompts alone: slower, but none depends on the others"
    )
    parser.set_defaults(run=generate)


def generate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    config = generation_config(max_tokens=arguments.max_tokens, temperature=arguments.temperature, seed=arguments.seed)
    lines = [] if arguments.prompts is None else list(read_prompts(Path(arguments.prompts)))
    model = choose_model(place, arguments.model)
    adapter = choose_adapter(place, arguments.adapter, arguments.adapter_scale)
    if arguments.prompts is None:
        requests = [_request("", arguments.prompt, arguments.system, config, adapter)]
        _answer_one(
            place, output, GenerateRequest(model=model, load=load_config(place, model), requests=tuple(requests))
        )
        return
    prompts = [line for line in lines if isinstance(line, Prompt)]
    requests = [_request(prompt.id, prompt.text, arguments.system, config, adapter) for prompt in prompts]
    # A single one is alone anyway, and its text then does not depend on what was asked before.
    exact = arguments.exact or len(requests) == 1
    request = GenerateRequest(model=model, load=load_config(place, model), requests=tuple(requests), exact=exact)
    completions = iter(_answers(place, request) if requests else [])
    _print_all(output, lines, completions)


def read_prompts(path: Path) -> Iterator[Prompt | dict[str, Any]]:
    """The prompt of every line of a JSONL file; a line that cannot be used becomes its error object instead.

    `_id` and `question` are accepted for `id` and `text`; a line without an id is called by its number.
    """
    from workbench.datasets.json_rows import UnusableError, check_characters, parse_json

    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorkbenchError(f"{path} cannot be read: {why}.", hint="Give a JSONL file.") from error
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except UnusableError as error:
            yield _bad_line(number, f"Line {number} of {path.name} is not JSON: {str(error).rstrip('.')}.")
            continue
        try:
            check_characters(line, row)
        except UnusableError as error:
            yield _bad_line(number, f"Line {number} of {path.name} cannot be used: {error}")
            continue
        if not isinstance(row, dict):
            yield _bad_line(number, f"Line {number} of {path.name} is no object.")
            continue
        name = row.get("id", row.get("_id", number))
        text = row.get("text", row.get("question"))
        if isinstance(text, str) and text.strip():
            yield Prompt(str(name), text, name)
        else:
            yield _bad_line(name, f'Line {number} of {path.name} has no "text".')


def as_line(completion: Completion, id: object) -> dict[str, Any]:
    """The published form of an answer; `id` as it was in the file, whatever its type.

    Without times: those of a list belong to the neighbours, and the same list gives the same lines.
    """
    line: dict[str, Any] = {
        "id": id,
        "text": completion.text,
        "finish_reason": completion.finish_reason.value,
        # Only answers of servers have more to say here: what local models answer keeps its published form.
        "usage": completion.usage.model_dump(mode="json", exclude=_never_estimated(completion)),
        "adapter_hash": completion.adapter_hash,
    }
    if completion.adapter_hash:
        line["adapter_scale"] = completion.adapter_scale
    if completion.cost is not None:
        line["cost"] = completion.cost
    if completion.finish_reason is FinishReason.ERROR:
        line["error"] = {"message": completion.problem, "hint": ""}
    return line


def _measured(report: GenerateReport) -> dict[str, Any]:
    """What an answer that had the model to itself took: seconds, tokens a second, bytes."""
    completion = report.completions[0]
    taken: dict[str, Any] = {
        "seconds_to_first_token": round(completion.seconds_to_first_token, 4),
        "seconds": round(completion.seconds, 4),
        "tokens_per_second": round(completion.tokens_per_second, 1),
    }
    if report.memory.total:  # what a server needs, nobody here knows
        taken["memory"] = report.memory.model_dump(mode="json") | {"total": report.memory.total}
    return taken


def _never_estimated(completion: Completion) -> set[str]:
    return set() if completion.usage.is_estimate else {"is_estimate"}


def _answer_one(place: Workplace, output: Output, request: GenerateRequest) -> None:
    pieces: list[str] = []

    def show(item: Produced) -> None:
        if item.kind != "TextProduced":
            return
        pieces.append(item.item["text"])
        if not output.json:
            write_out(printable(pieces[-1]))

    try:
        report = GenerateReport.model_validate(place.run(_spec(request), show))
    except WorkbenchError as problem:
        if pieces:
            problem.facts = {**problem.facts, "text": "".join(pieces)}
        raise
    if output.json:
        output.object(as_line(report.completions[0], "") | _measured(report))
    else:
        write_out("\n")


def _answers(place: Workplace, request: GenerateRequest) -> tuple[Completion, ...]:
    return GenerateReport.model_validate(place.run(_spec(request))).completions


def _print_all(output: Output, lines: list[Prompt | dict[str, Any]], completions: Iterator[Completion]) -> None:
    printed = [line if isinstance(line, dict) else as_line(next(completions), line.written_id) for line in lines]
    output.lines(printed)
    failed = sum("error" in line for line in printed)
    if failed:
        raise WorkbenchError(f"{failed} of {len(printed)} prompts got no answer.", hint="Their lines say why.")
    if not printed:
        raise WorkbenchError("The file holds no prompts.", hint='Write one {"id", "text"} object per line.')


def _spec(request: GenerateRequest) -> JobSpec:
    return JobSpec(task=GENERATE, params=request.model_dump(mode="json"), title="Generate", worker="llm")


def _request(
    id: str, text: str, system: str, config: GenerationConfig, adapter: AdapterRef | None
) -> GenerationRequest:
    before = (ChatMessage(role=Role.SYSTEM, content=system),) if system else ()
    messages = (*before, ChatMessage(role=Role.USER, content=text))
    return GenerationRequest(id=id, messages=messages, config=config, adapter=adapter)


def _bad_line(id: object, why: str) -> dict[str, Any]:
    hint = 'Each line is an object like {"id": "1", "text": "..."}.'
    line = as_line(Completion(text="", finish_reason=FinishReason.ERROR, problem=why), id)
    return line | {"error": {"message": why, "hint": hint}}
