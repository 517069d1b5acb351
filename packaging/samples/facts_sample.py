"""The facts sample: documents, questions and training rows."""

import random
from collections.abc import Sequence
from pathlib import Path

from samples.documents import build_documents
from samples.questions import Asked, check_questions, read_questions, read_training, sources_of
from samples.rows import Row, write_csv, write_jsonl
from samples.written import Facts, Written, load_facts, read_written

REFUSAL = "The documents do not say."


def build_facts(source: Path, target: Path) -> None:
    facts = load_facts(source / "facts.yaml")
    written = read_written(source / "written")
    test = read_questions(source / "written" / "questions.yaml")
    training = read_training(source / "written" / "training.yaml", facts)
    check_questions(test, training, written, facts)
    random.Random(0).shuffle(training)
    build_documents(written, facts, target / "documents")
    write_jsonl(target / "questions.jsonl", [_test_row(n, a, written, facts) for n, a in enumerate(test, 1)])
    write_csv(target / "training.csv", [_training_row(asked, written, facts) for asked in training])


def _test_row(number: int, asked: Asked, written: Sequence[Written], facts: Facts) -> Row:
    answer: Row = {"answer": facts[asked.fact]} if asked.fact else {"answers": []}
    sources = sources_of(asked, written)
    return {
        "id": f"facts-{number:03}",
        "question": asked.question,
        **answer,
        "sources": sources,
        "tags": list(asked.tags),
    }


def _training_row(asked: Asked, written: Sequence[Written], facts: Facts) -> Row:
    answer = facts[asked.fact] if asked.fact else REFUSAL
    return {"question": asked.question, "answer": answer, "source": "; ".join(sources_of(asked, written))}
