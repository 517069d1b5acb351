"""Builds the two sample projects in resources/samples from what is written by hand.

    python packaging/make_samples.py              # rewrite documents/, questions.jsonl and training.csv of both samples
    python packaging/make_samples.py --into DIR   # the same into DIR/facts and DIR/format, for a look or a test

Written by hand: facts/facts.yaml (the facts), facts/written/ and format/written/ (prose, questions, message wordings).
A file `name.pdf.md` in written/ becomes documents/name.pdf; likewise .docx and .html; a plain `name.md` stays Markdown.
The same input always gives the same text; PDF and DOCX files are also the same bytes with the same library versions.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from samples.facts_sample import build_facts
from samples.format_sample import build_format
from samples.written import SampleError

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"


def build_samples(target: Path) -> None:
    build_facts(SAMPLES / "facts", target / "facts")
    build_format(SAMPLES / "format", target / "format")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the two sample projects from what is written by hand.")
    parser.add_argument("--into", type=Path, default=SAMPLES, help="write below this folder (default: %(default)s)")
    try:
        build_samples(parser.parse_args(arguments).into)
    except SampleError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
