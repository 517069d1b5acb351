"""`workbench prompt-search`: look for a better prompt within a budget."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.choices import add_adapter_options
from workbench.cli.numbers import check_minutes, whole_number
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.playground.search.tasks import QuestionsRequest
    from workbench.playground.search.types import SearchReport, SearchRequest
    from workbench.playground.types import Prompt, PromptVersion, Shot

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_ATTEMPTS = 3
"""Starts of a search whose process stops unexpectedly; each goes on where the last one was."""
_SHOWN = 20
_UNSAVED = "prompt"


def register(commands: "Commands") -> None:
    """Add `prompt-search`."""
    parser = commands.add_parser("prompt-search", help="look for a better prompt and prove it on held-out questions")
    parser.add_argument("--model", required=True, metavar="M", help="the model that answers: name or path")
    parser.add_argument(
        "--questions",
        required=True,
        metavar="FILE",
        help="questions with answers (CSV, JSONL, XLSX), or a saved data set",
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--prompt", metavar="NAME", help="start from the newest version of this saved prompt")
    start.add_argument("--version", metavar="ID", help="start from this saved version")
    start.add_argument("--system", metavar="TEXT", help="start from this instruction (default: none at all)")
    parser.add_argument("--metric", default="exact_match", metavar="NAME", help="what is judged; default: exact_match")
    parser.add_argument(
        "--generations", type=whole_number, default=0, metavar="N", help="the budget in answers; default: 1000"
    )
    parser.add_argument("--minutes", type=float, default=0.0, metavar="T", help="the budget in time")
    parser.add_argument("--writer", metavar="M", help="a model that writes and rewrites instructions")
    add_adapter_options(parser, "adapter of the model that answers: name or path")
    parser.add_argument(
        "--examples",
        metavar="FILE",
        help="rows to take worked examples from, or a saved data set; default: some of the questions, not asked then",
    )
    parser.add_argument("--no-examples", action="store_true", help="try no worked examples")
    parser.add_argument("--instructions", type=Path, metavar="FILE", help="more instructions, parted by lines of ---")
    parser.add_argument("--no-techniques", action="store_true", help="leave the catalogue of techniques out")
    parser.add_argument("--no-formats", action="store_true", help="leave other formats of the question out")
    parser.add_argument(
        "--max-tokens", type=whole_number, metavar="N", help="longest answer in tokens; default: the prompt's"
    )
    parser.add_argument("--candidates", type=whole_number, default=48, metavar="N", help="how many take part at most")
    parser.add_argument(
        "--seed", type=whole_number, default=0, metavar="N", help="the same seed repeats the same search"
    )
    parser.add_argument("--save-as", metavar="NAME", help="save a better prompt as a version of this prompt")
    parser.set_defaults(run=prompt_search)


def prompt_search(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Search (or go on with an unfinished search of the same kind), keep it in the history, print it."""
    with place.writing("searching a better prompt"):
        request = _request(arguments, place, output)
        report = _run_to_the_end(request, place, output)
        saved = _save(report, arguments.save_as, place) if arguments.save_as else None
    if output.json:
        output.object({**report.model_dump(mode="json"), "saved_version": saved.id if saved else None})
        return
    _show(report, output)
    if saved is not None:
        output.text(f"\nSaved as {saved.prompt_name} {saved.label}.")
    elif arguments.save_as:
        output.note("Nothing was saved: no better prompt was found.")


def _request(arguments: argparse.Namespace, place: Workplace, output: Output) -> "SearchRequest":
    from pydantic import ValidationError

    from workbench.cli.choices import choose_adapter, choose_model, load_config
    from workbench.cli.output import in_words
    from workbench.llm.json_schema import about_unheld
    from workbench.playground.search.running import place_search
    from workbench.playground.search.tasks import load_questions
    from workbench.playground.search.types import SearchBudget, SearchRequest
    from workbench.scoring.metrics import find_metric
    from workbench.scoring.types import MetricChoice

    check_minutes(arguments.minutes)
    find_metric(arguments.metric)
    source = _source(arguments.questions, place)
    examples, left_out = load_questions(source)
    for sentence in left_out:
        output.note(f"{source.name}: left out: {sentence}")
    model = choose_model(place, arguments.model)
    writer = choose_model(place, arguments.writer) if arguments.writer else None
    start, version = _start(arguments, place)
    if model.endpoint is None and (said := about_unheld(start.json_schema)):
        output.note(said)
    generations = arguments.generations or (0 if arguments.minutes else 1000)
    shots, shots_name = _shots(arguments.examples, place) if arguments.examples else ((), "")
    try:
        request = SearchRequest(
            name=f"{version.prompt_name if version else _UNSAVED} on {source.name}",
            start=start,
            start_version_id=version.id if version else "",
            start_label=f"{version.prompt_name} {version.label}" if version else "",
            prompt_name=version.prompt_name if version else "",
            model=model,
            load=load_config(place, model),
            adapter=choose_adapter(place, arguments.adapter, arguments.adapter_scale),
            questions_name=source.name,
            examples=examples,
            metric=MetricChoice(name=arguments.metric),
            budget=SearchBudget(generations=generations, seconds=60 * arguments.minutes),
            writer=writer,
            writer_load=load_config(place, writer) if writer else load_config(place),
            instructions=_instructions(arguments.instructions) if arguments.instructions else (),
            techniques=not arguments.no_techniques,
            formats=not arguments.no_formats,
            shots=shots,
            shots_name=shots_name,
            shots_from_questions=not arguments.no_examples,
            max_candidates=arguments.candidates,
            seed=arguments.seed,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise WorkbenchError(f"{first['loc'][-1] if first['loc'] else 'budget'}: {in_words(first)}.") from error
    return place_search(request, place.paths)


def _source(name: str, place: Workplace) -> "QuestionsRequest":
    """A file, or else the saved data set of that name."""
    from workbench.datasets.store import DatasetStore
    from workbench.playground.search.tasks import QuestionsRequest

    path = Path(name).expanduser()
    if path.is_file():
        return QuestionsRequest(name=path.name, path=str(path.absolute()))
    if path.suffix:
        raise WorkbenchError(f"There is no file {path}.", hint="Check the path.", code="no_file")
    dataset = DatasetStore(place.database).get(name)
    return QuestionsRequest(name=dataset.name, path=dataset.rows_path, rows_hash=dataset.content_hash)


def _start(arguments: argparse.Namespace, place: Workplace) -> "tuple[Prompt, PromptVersion | None]":
    from workbench.cli.choices import generation_config
    from workbench.llm.types import Role
    from workbench.playground.prompt_store import PromptStore
    from workbench.playground.types import Prompt, PromptBlock

    version: PromptVersion | None = None
    store = PromptStore(place.database)
    if arguments.version:
        version = store.get(arguments.version)
    elif arguments.prompt:
        version = store.newest(arguments.prompt)
        if version is None:
            known = ", ".join(store.prompt_names()[:8]) or "none yet"
            raise WorkbenchError(
                f"There is no saved prompt “{arguments.prompt}”.", hint=f"There are: {known}.", code="no_prompt"
            )
    if version is not None:
        prompt = version.prompt
    else:
        system = PromptBlock(role=Role.SYSTEM, text=arguments.system or "")
        prompt = Prompt(blocks=(system, PromptBlock(role=Role.USER, text="{{ question }}")))
    if arguments.max_tokens is not None:
        generation_config(max_tokens=arguments.max_tokens)  # says what is wrong with the number
        generation = prompt.generation.model_copy(update={"max_tokens": arguments.max_tokens})
        prompt = prompt.model_copy(update={"generation": generation})
    return prompt, version


def _shots(name: str, place: Workplace) -> "tuple[tuple[Shot, ...], str]":
    from workbench.playground.search.tasks import load_shots

    source = _source(name, place)
    return load_shots(source), source.name


def _instructions(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(
            f"The file {path.name} cannot be read.", hint="Save it as UTF-8 text.", details=str(error)
        ) from error
    parts = [part.strip() for part in f"\n{text}\n".replace("\r\n", "\n").split("\n---\n")]
    return tuple(part for part in parts if part)


def _run_to_the_end(request: "SearchRequest", place: Workplace, output: Output) -> "SearchReport":
    from workbench.playground.search.running import load_search_report, search_job

    for left in range(_ATTEMPTS - 1, -1, -1):
        try:
            place.run(search_job(request))
            break
        except WorkbenchError as problem:
            if problem.code != "crashed" or not left:
                raise
            output.note("The process stopped unexpectedly; the search goes on where it was.")
    return load_search_report(request.folder)


def _save(report: "SearchReport", name: str, place: Workplace) -> "PromptVersion | None":
    from workbench.playground.prompt_store import PromptStore
    from workbench.playground.search.keeping import keep_winner
    from workbench.playground.search.types import Outcome

    if report.outcome is not Outcome.BETTER:
        return None
    return keep_winner(report, PromptStore(place.database), prompt_name=name)


def _show(report: "SearchReport", output: Output) -> None:
    from workbench.playground.search.catalogue import whole_text
    from workbench.playground.search.types import Outcome
    from workbench.playground.search.wording import cost_sentence, explanation, headline, percent

    rows = [
        (
            one.candidate.label,
            percent(one.score.mean),
            f"{percent(one.score.low)} – {percent(one.score.high)}" if one.score.count else "-",
            one.score.count,
            one.dropped or "to the end",
        )
        for one in report.candidates[:_SHOWN]
    ]
    output.table(("candidate", "score", "interval", "questions", "stayed"), rows)
    if len(report.candidates) > _SHOWN:
        output.text(f"... and {len(report.candidates) - _SHOWN} more (--json lists them all).")
    output.text(f"\n{headline(report)}\n{explanation(report)}")
    output.text(cost_sentence(report.cost))
    for note in report.notes:
        output.text(note)
    if report.outcome is not Outcome.START_IS_BEST:
        output.text(f"\nThe best one: {report.winner.label}\n\n{whole_text(report.winner.prompt)}")
