"""`workbench ask`: answers from documents, with citations."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output, printable
from workbench.cli.retrieving import (
    add_retrieval_options,
    collection_store,
    hit_line,
    read_questions,
    reranker_folder,
    retrieval_config,
    run_with_lock,
)
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec
from workbench.rag.types import Answer, AskRequest, Question

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `ask`."""
    parser = commands.add_parser("ask", help="answer questions from documents")
    parser.add_argument("collection", metavar="COLLECTION")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", metavar="QUESTION")
    what.add_argument("--questions", metavar="FILE.jsonl", help='one {"id", "text"} per line')
    parser.add_argument("--model", required=True, metavar="M", help="name or path of a model")
    parser.add_argument("--adapter", metavar="A", help="name or path of an adapter")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="longest answer, in tokens")
    parser.add_argument("--temperature", type=float, metavar="T", help="0 (the default) takes the likeliest token")
    parser.add_argument("--seed", type=int, metavar="N", help="for a temperature above 0")
    add_retrieval_options(parser)
    parser.set_defaults(run=ask)
    everything = commands.add_parser("exhaust", help="ask a question of every passage, and count the answers")
    everything.add_argument("collection", metavar="COLLECTION")
    everything.add_argument("question", metavar="QUESTION")
    everything.add_argument("--model", required=True, metavar="M", help="name or path of a model")
    everything.add_argument("--adapter", metavar="A", help="name or path of an adapter")
    everything.add_argument("--everything", action="store_true", help="no filter: the model reads every passage")
    everything.set_defaults(run=exhaust)


def ask(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import run_healed
    from workbench.rag.tasks import ASK

    store = collection_store(place)
    request = _request(arguments, place)
    answers: dict[str, Answer] = {}
    streaming = not arguments.questions and not output.json

    def on_item(produced: Produced) -> None:
        if produced.kind == "TextProduced" and streaming:
            sys.stdout.write(printable(produced.item["text"]))
            sys.stdout.flush()
        elif produced.kind == "Answer":
            answer = Answer.model_validate(produced.item)
            answers[answer.id] = answer

    def make_spec() -> JobSpec:
        others = tuple(store.ref(name) for name in arguments.also)
        fresh = request.model_copy(update={"collection": store.ref(arguments.collection), "others": others})
        return JobSpec(task=ASK, params=fresh.model_dump(mode="json"), title="Ask", worker="llm")

    run_healed(store, arguments.collection, make_spec, run_with_lock(place, on_item))
    ordered = [answers[question.id] for question in request.questions if question.id in answers]
    if streaming:
        _show(output, ordered[0])
    else:
        output.lines(answer_line(answer) for answer in ordered)
    failed = [answer for answer in ordered if answer.problem]
    if failed:
        raise WorkbenchError(f"{len(failed)} of {len(ordered)} questions got no answer.", hint=failed[0].problem)


def _request(arguments: argparse.Namespace, place: Workplace) -> AskRequest:
    from workbench.cli.choices import choose_adapter, choose_model, generation_config, load_config

    collection = collection_store(place).ref(arguments.collection)
    single = (Question(text=arguments.question),) if not arguments.questions else ()
    questions = single or read_questions(Path(arguments.questions))
    if len({question.id for question in questions}) != len(questions):
        raise WorkbenchError(f"Two questions of {arguments.questions} have the same id.", hint="Give each its own.")
    model = choose_model(place, arguments.model)
    return AskRequest(
        collection=collection,
        questions=questions,
        model=model,
        load=load_config(place, model),
        config=generation_config(
            max_tokens=arguments.max_tokens, temperature=arguments.temperature, seed=arguments.seed
        ),
        adapter=choose_adapter(place, arguments.adapter),
        retrieval=retrieval_config(arguments, place),
        reranker=reranker_folder(arguments, place),
    )


def answer_line(answer: Answer) -> dict[str, Any]:
    """The published form of an answer. `dangling` lists marks that point to no passage."""
    line: dict[str, Any] = {
        "id": answer.id,
        "answer": answer.answer,
        "answerable": answer.answerable,
        "citations": [citation.model_dump(mode="json") for citation in answer.citations],
        "hits": [hit_line(hit) for hit in answer.hits],
        "dangling": list(answer.dangling),
        "claims": [claim.model_dump(mode="json") for claim in answer.claims],
    }
    if answer.problem:
        line["error"] = {"message": answer.problem, "hint": ""}
    return line


def _show(output: Output, answer: Answer) -> None:
    """What goes below a streamed answer: where its marks point to."""
    if answer.completion is None:
        output.text(answer.answer)
    else:
        print(flush=True)
    for remark in filter(None, [answer.remark, answer.problem]):
        output.note(remark)
    for citation in answer.citations:
        quoted = " ".join(citation.text.split())
        shown = quoted if len(quoted) <= 160 else quoted[:157] + "..."
        output.text(f"  [{citation.number}] {citation.document}, page {citation.page}: {shown}")
    for number in answer.dangling:
        output.note(f"The mark [{number}] points to no passage.")
    for claim in answer.claims:
        if not claim.supported and not set(claim.numbers) & set(answer.dangling):
            output.note(f"Unsupported: “{claim.text}” {claim.reason}")


def exhaust(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Ask every passage; what it found so far is shown as it comes."""
    from workbench.cli.choices import choose_adapter, choose_model, load_config
    from workbench.rag.exhaustive import ExhaustiveReport, ExhaustiveRequest, Finding
    from workbench.rag.indexing import run_healed
    from workbench.rag.tasks import EXHAUST

    store = collection_store(place)
    model = choose_model(place, arguments.model)
    adapter = choose_adapter(place, arguments.adapter)

    def on_item(produced: Produced) -> None:
        if produced.kind == "Finding" and not output.json:
            found = Finding.model_validate(produced.item)
            cited = found.citation
            output.text(f"[{cited.number}] {found.answer}  ({cited.document}, page {cited.page})")

    def make_spec() -> JobSpec:
        request = ExhaustiveRequest(
            collection=store.ref(arguments.collection),
            question=arguments.question,
            model=model,
            load=load_config(place, model),
            adapter=adapter,
            reads_everything=arguments.everything,
        )
        return JobSpec(task=EXHAUST, params=request.model_dump(mode="json"), title="Read everything", worker="llm")

    result = run_healed(store, arguments.collection, make_spec, run_with_lock(place, on_item))
    report = ExhaustiveReport.model_validate(result)
    if output.json:
        output.object(report)
        return
    output.text(
        f"\n{len(report.groups)} different answers in {report.documents} documents; read {report.read} of "
        f"{report.chunks} passages, the others have nothing to do with the question."
    )
    for group in report.groups:
        output.text(f"  {len(group.citations)} x {group.answer}")
    if report.problems:
        output.note(f"{report.problems} passages were too long for the model and were not read.")
