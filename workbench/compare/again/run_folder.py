"""A folder, or a zip, that runs a comparison again: what can be read and changed, and beside it what it was, exactly.

`compare.yaml` says by names what was compared; questions, prompts and examples lie beside it as files. `exact.json`
holds everything as it was resolved. As long as nothing beside it was changed, `workbench compare` goes by that.
"""

import contextlib
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.compare.arm_spec import SAVED_PROMPT, ArmSpec, ExamplesSpec, RetrievalSpec
from workbench.compare.arm_types import Arm
from workbench.compare.spec import ComparisonSpec
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.written import to_yaml
from workbench.datasets.test_sets.exporting import as_json_lines
from workbench.datasets.test_sets.types import SetQuestion
from workbench.errors import WorkbenchError, disk_problem
from workbench.playground.prompt_markdown import to_markdown
from workbench.playground.types import ExampleSelection, Shot
from workbench.rag.types import HitFilter

AGAIN = "again"
"""Below the folder of a run."""
SPEC, EXACT, QUESTIONS = "compare.yaml", "exact.json", "questions.jsonl"
_MOST_EXAMPLES = 100
_LONGEST_NAME = 120
_OTHERS = {"name", "questions", "arms", "judge", "exact", "waves"}
"""Fields of a written comparison that are not simply taken over."""


class Exact(Boundary):
    """What a comparison was, and the files that say so in words: their SHA-256 by name."""

    schema_version: int = 1
    report: ComparisonReport
    """Without its trials."""
    files: dict[str, str] = Field(default_factory=dict)
    answers: dict[str, str] = Field(default_factory=dict)
    """Beginning of the SHA-256 of every answer, by arm, question and repeat."""


def write_run_folder(report: ComparisonReport, folder: Path) -> Path:
    """Write the folder; returns its `compare.yaml`. Raises WorkbenchError."""
    files = run_files(report)
    with _told(folder):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return folder / SPEC


def write_zip(report: ComparisonReport, path: Path) -> None:
    """The folder as one file, written whole or not at all. Raises WorkbenchError."""
    content = zipped(report)
    beside = path.with_name(f".{path.name}.part")
    with _told(path):
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Says in words what the system does not let be written."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error) or WorkbenchError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Choose another place.", code="not_written"
        ) from error


def zipped(report: ComparisonReport) -> bytes:
    """The folder as a zip, the same bytes for the same comparison."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in run_files(report).items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def run_files(report: ComparisonReport) -> dict[str, str]:
    """The texts of the folder's files by name. Raises WorkbenchError for reports of earlier versions."""
    request = _request_of(report)
    questions = [SetQuestion.model_validate(example.model_dump()) for example in report.examples]
    files = {QUESTIONS: as_json_lines(questions)}
    for arm, place in _places(request):
        files |= dict(_texts(arm, place))
    files[SPEC] = spec_yaml(report)
    bare = request.model_copy(update={"folder": "", "earlier": "", "seen": (), "written": ""})
    kept = Exact(
        report=report.model_copy(update={"trials": (), "request": bare, "ratings": ()}),
        files={name: _hash(text) for name, text in files.items()},
        answers={answer_key(t.arm, t.example_id, t.repeat): answer_mark(t.answer) for t in report.trials},
    )
    return {**files, EXACT: kept.model_dump_json(indent=1)}


def spec_yaml(report: ComparisonReport) -> str:
    """The text of `compare.yaml`. Raises WorkbenchError for reports of earlier versions."""
    request = _request_of(report)
    taken = {name: getattr(request, name) for name in ComparisonSpec.model_fields if name not in _OTHERS}
    values = {
        **taken,
        "name": report.name[:_LONGEST_NAME] or "comparison",
        "questions": QUESTIONS,
        "arms": tuple(_written(arm, place) for arm, place in _places(request)),
        "exact": EXACT,
    }
    if request.judge is not None:
        values["judge"] = request.judge.settings
    return to_yaml(ComparisonSpec.model_validate(values))


def _request_of(report: ComparisonReport) -> CompareRequest:
    if report.request is None:
        raise WorkbenchError(
            f"“{report.name}” was made by an earlier version, which did not keep everything that it was made of.",
            hint="Export its report or tables.",
            code="not_repeatable",
        )
    return report.request


def _places(request: CompareRequest) -> list[tuple[Arm, str]]:
    """Every arm with the name of its files."""
    return [(arm, f"{number}-{_slug(arm.name)}") for number, arm in enumerate(request.arms, 1)]


def read_exact(spec_path: Path, exact_path: Path) -> Exact | None:
    """What the folder's comparison was; None when something beside it was changed. Raises WorkbenchError."""
    try:
        found = Exact.model_validate_json(exact_path.read_bytes())
    except (OSError, ValidationError) as error:
        raise WorkbenchError(
            f"{exact_path.name} cannot be read: it is damaged or of another version of LLM Workbench.",
            hint=f"Take the line “exact” out of {spec_path.name} to run what is written there.",
            details=str(error)[:2000],
            code="bad_exact",
        ) from error
    folder = spec_path.absolute().parent
    names = {name: folder / (spec_path.name if name == SPEC else name) for name in found.files}
    return found if all(_hash_of(path) == found.files[name] for name, path in names.items()) else None


def answer_key(arm: str, example_id: str, repeat: int) -> str:
    """The place of an answer in `Exact.answers`."""
    return json.dumps([arm, example_id, repeat], ensure_ascii=False)


def answer_mark(answer: str) -> str:
    """What is kept of an answer."""
    return _hash(answer)[:16]


def _texts(arm: Arm, place: str) -> Iterator[tuple[str, str]]:
    """Prompt and examples as files for people."""
    if arm.prompt is not None:
        yield f"prompts/{place}.md", to_markdown(arm.prompt, name=arm.prompt_name, note=arm.prompt_label)
    elif arm.system:
        yield f"prompts/{place}.txt", arm.system
    if arm.shots:
        yield f"examples/{place}.jsonl", "".join(map(_line, arm.shots))


def _line(shot: Shot) -> str:
    return json.dumps({"question": shot.question, "answer": shot.answer}, ensure_ascii=False) + "\n"


def _written(arm: Arm, place: str) -> ArmSpec:
    prompt = f"prompts/{place}.txt" if arm.system else ""
    if arm.prompt is not None:
        prompt = f"{SAVED_PROMPT}{arm.prompt_name}@{arm.prompt_number}"
    values: dict[str, object] = {
        "name": arm.name,
        "model": arm.model.name,
        "adapter": arm.adapter_name,
        "adapter_scale": arm.adapter_scale,
        "prompt": prompt,
        "generation": arm.generation,
    }
    if arm.shots:
        selection = ExampleSelection.SIMILAR if arm.shots_per_question else ExampleSelection.FIRST
        count = arm.shots_per_question or len(arm.shots)
        values["examples"] = ExamplesSpec.model_validate(
            {"from": f"examples/{place}.jsonl", "count": min(count, _MOST_EXAMPLES), "selection": selection}
        )
    if arm.collection is not None:
        values["collection"] = arm.collection.name
        values["retrieval"] = RetrievalSpec.model_validate(
            {
                **arm.retrieval.model_dump(),
                "only": _only(arm),
                "order": arm.order,
                "passage_tokens": arm.passage_tokens,
                "also": tuple(other.name for other in arm.others),
                "reranker": PurePath(arm.reranker).name if arm.reranker else "",
            }
        )
    return ArmSpec.model_validate(values)


def _only(arm: Arm) -> HitFilter:
    """The documents that it asks; days and languages were resolved into them."""
    asked = [ref.only for ref in (arm.collection, *arm.others) if ref is not None]
    documents = dict.fromkeys(name for only in asked for name in only.documents)
    return HitFilter(documents=tuple(documents)) if documents else arm.retrieval.only


def _slug(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.casefold())[:40]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash_of(path: Path) -> str:
    """Of a file's text whatever its line ends; empty when it is gone."""
    try:
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    except OSError:
        return ""
