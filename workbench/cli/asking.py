"""`workbench ask`: answers from documents, with citations. (`exhaust`: exhausting.py.)"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.choices import add_adapter_options
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, printable, write_out
from workbench.cli.retrieving import (
    add_retrieval_options,
    check_named,
    collection_store,
    document_filter,
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
from workbench.rag.answer_types import Answer, AnswerPrompt, AskRequest, Citation, PassageOrder
from workbench.rag.claims import nearest_sentence
from workbench.rag.search_types import Question

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
    add_adapter_options(parser)
    parser.add_argument("--max-tokens", type=whole_number, metavar="N", help="longest answer, in tokens")
    parser.add_argument("--temperature", type=float, metavar="T", help="0 (the default) takes the likeliest token")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="for a temperature above 0")
    orders = [order.value for order in PassageOrder]
    parser.add_argument("--order", choices=orders, default="best first", help="of the passages in the prompt")
    parser.add_argument(
        "--passage-tokens", type=whole_number, default=0, metavar="N", help="tokens the passages may take"
    )
    parser.add_argument("--show-prompt", action="store_true", help="print what the model is given, with its lengths")
    add_retrieval_options(parser)
    parser.set_defaults(run=ask)


def ask(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import run_healed
    from workbench.rag.tasks import ASK

    store = collection_store(place)
    request, wanted = _request(arguments, place), document_filter(arguments)
    check_named(store, (arguments.collection, *arguments.also), arguments.only)
    answers: dict[str, Answer] = {}
    streaming = not arguments.questions and not output.json

    def on_item(produced: Produced) -> None:
        if produced.kind == "AnswerPrompt" and arguments.show_prompt and streaming:
            _show_prompt(output, AnswerPrompt.model_validate(produced.item))
        elif produced.kind == "TextProduced" and streaming:
            write_out(printable(produced.item["text"]))
        elif produced.kind == "Answer":
            answer = Answer.model_validate(produced.item)
            answers[answer.id] = answer

    def make_spec() -> JobSpec:
        first, others = store.asked_refs(arguments.collection, arguments.also, wanted)
        fresh = request.model_copy(update={"collection": first, "others": others})
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
        adapter=choose_adapter(place, arguments.adapter, arguments.adapter_scale),
        retrieval=retrieval_config(arguments, place),
        reranker=reranker_folder(arguments, place),
        order=PassageOrder(arguments.order),
        passage_tokens=max(0, arguments.passage_tokens),
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
        "uncited": list(answer.uncited),
    }
    if answer.problem:
        line["error"] = {"message": answer.problem, "hint": ""}
    return line


def _show(output: Output, answer: Answer) -> None:
    """What goes below a streamed answer: where its marks point to."""
    if answer.completion is None:
        output.text(answer.answer)
    else:
        write_out("\n")
    for remark in filter(None, [answer.remark, answer.problem]):
        output.note(remark)
    for citation in answer.citations:
        where = f"{citation.collection}: {citation.document}" if citation.collection else citation.document
        output.text(f"  [{citation.number}] {where}, page {citation.page}: {_quoted(answer, citation)}")
    for number in answer.dangling:
        output.note(f"The mark [{number}] points to no passage.")
    for claim in answer.claims:
        if not claim.supported and not set(claim.numbers) & set(answer.dangling):
            output.note(f"Unsupported: “{claim.text}” {claim.reason}")
    for sentence in answer.uncited:
        output.note(f"Without a source: “{sentence}”")


def _quoted(answer: Answer, citation: Citation) -> str:
    """Of the cited passage the sentence that bears out what cites it, on one line of at most 160 characters; its
    beginning where no sentence of the answer is known to cite it."""
    said = " ".join(claim.text for claim in answer.claims if citation.number in claim.numbers)
    sentence = nearest_sentence(said, citation.text) if said else citation.text
    quoted = " ".join(sentence.split())
    return quoted if len(quoted) <= 160 else quoted[:157] + "..."


def _show_prompt(output: Output, prompt: AnswerPrompt) -> None:
    for message in prompt.messages:
        output.text(f"--- {message.role}\n{message.content}\n")
    passages = ", ".join(f"[{part.number}] {part.tokens}" for part in prompt.passages)
    output.text(
        f"--- {prompt.tokens} tokens: instruction {prompt.instruction_tokens}, passages {passages or 0}, question "
        f"{prompt.question_tokens}; of {prompt.context_length}, {prompt.answer_tokens} of them kept for the answer"
    )
    for part in prompt.left_out:
        output.text(f"--- left out: {part.document}, page {part.page} ({part.tokens} tokens)")
    output.text("")
