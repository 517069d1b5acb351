"""The format sample: documents, messages and tickets."""

from pathlib import Path

import yaml

from samples.documents import build_documents
from samples.messages import write_messages
from samples.rows import Row, write_csv, write_jsonl
from samples.tickets import ticket_for
from samples.written import read_written


def build_format(source: Path, target: Path) -> None:
    wordings = yaml.safe_load((source / "written" / "messages.yaml").read_text("utf-8"))
    training = write_messages(wordings, "train", per_category=48, seed=11)
    test = write_messages(wordings, "test", per_category=16, seed=29)
    build_documents(read_written(source / "written"), {}, target / "documents")
    write_csv(target / "training.csv", [{"message": m, "ticket": ticket_for(m, category)} for m, category in training])
    write_jsonl(target / "questions.jsonl", [_message_row(n, *pair) for n, pair in enumerate(test, 1)])


def _message_row(number: int, message: str, category: str) -> Row:
    ticket = ticket_for(message, category)
    tags = [category.lower()]
    return {
        "id": f"format-{number:03}",
        "question": message,
        "answer": ticket,
        "sources": ["style-guide.md"],
        "tags": tags,
    }
