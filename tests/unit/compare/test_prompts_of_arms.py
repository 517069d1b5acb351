"""Arms that answer with a saved prompt: what is sent, what is scored, and what is found wrong before anything runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.compare.running import request_for
from tests.unit.compare.scripted import COLLECTION, MODEL, ScriptedTools, arm, numbered
from workbench.compare.arm_spec import ArmSpec, ExamplesSpec
from workbench.compare.arm_types import Arm
from workbench.compare.catalogue import Catalogue, CatalogueResolvers, RowsFile
from workbench.compare.resolving import resolve
from workbench.compare.saved_prompts import find_version
from workbench.compare.spec import ComparisonSpec, load_spec, save_spec
from workbench.compare.tasks import PrepareRequest, compare
from workbench.compare.types import CompareRequest
from workbench.compare.written import written_of
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationConfig, GenerationRequest, ModelRef, Role
from workbench.playground.types import FewShot, Prompt, PromptBlock, PromptVersion, Reasoning, Shot

FORM = Prompt(
    blocks=(
        PromptBlock(role=Role.SYSTEM, text="You help {{ team }}."),
        PromptBlock(role=Role.USER, text="Q: {{ question }}"),
    ),
    generation=GenerationConfig(max_tokens=77, temperature=0.4),
)
SHOT = Shot(question="What is 100 plus one?", answer="101")


def version(prompt: Prompt, number: int = 1, name: str = "sums") -> PromptVersion:
    return PromptVersion(id=f"{name}-{number}", prompt_name=name, number=number, prompt=prompt, name="short")


class Found(CatalogueResolvers):
    """Every model is there."""

    def model(self, name: str) -> ModelRef:
        return MODEL


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    lines = [
        f'{{"id": "q{n}", "question": "What is {n} plus one?", "answer": "{n + 1}", "team": "A"}}' for n in range(3)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def resolved(questions: Path, *versions: PromptVersion, seed: int = 0, **written: object) -> CompareRequest:
    one = ArmSpec.model_validate({"name": "a", "model": "tiny", "prompt": "saved:sums", **written})
    rows = {"rows": RowsFile(path=str(questions), content_hash="")}
    catalogue = Catalogue(prompts=versions, datasets=rows, collections=(COLLECTION,))
    spec = ComparisonSpec(name="x", questions=str(questions), arms=(one,), seed=seed)
    sent = PrepareRequest(spec=spec, catalogue=catalogue).model_dump(mode="json")  # as it goes to the worker
    return resolve(PrepareRequest.model_validate(sent).spec, Found(catalogue)).request


def asked(one: Arm, folder: Path, answer: str = "1") -> tuple[list[GenerationRequest], list[str]]:
    """What the engine was sent, and what was scored."""
    examples = [each.model_copy(update={"variables": {"team": "the till"}}) for each in numbered(2)]
    tools = ScriptedTools(lambda _: answer)
    request = request_for(one, examples=examples, folder=folder, timed_questions=0)
    report = compare(RecordingContext(), request, tools)
    return tools.engines[0].batches[0], [trial.answer for trial in report.trials]


def test_that_the_columns_of_a_question_fill_the_variables(tmp_path: Path) -> None:
    batch, _ = asked(arm("a", prompt=FORM, generation=FORM.generation), tmp_path)
    assert [(m.role, m.content) for m in batch[1].messages] == [
        (Role.SYSTEM, "You help the till."),
        (Role.USER, "Q: What is 1 plus one?"),
    ]


def test_that_the_answer_rule_decides_what_is_scored_and_the_whole_text_stays(tmp_path: Path) -> None:
    thinks = FORM.model_copy(update={"reasoning": Reasoning()})
    tools = ScriptedTools(lambda _: "One more than 0.\nAnswer: 1")
    request = request_for(arm("a", prompt=thinks), count=1, folder=tmp_path)
    examples = tuple(each.model_copy(update={"variables": {"team": "A"}}) for each in request.examples)
    report = compare(RecordingContext(), request.model_copy(update={"examples": examples}), tools)
    assert (report.trials[0].answer, report.trials[0].text) == ("1", "One more than 0.\nAnswer: 1")
    assert report.trials[0].scores["exact_match"].value == 1.0
    assert "Think step by step." in report.trials[0].prompt


def test_that_the_beginning_of_the_answer_is_sent_as_such_and_belongs_to_the_answer(tmp_path: Path) -> None:
    begun = FORM.model_copy(update={"blocks": (*FORM.blocks, PromptBlock(role=Role.ASSISTANT, text="It is "))})
    batch, answers = asked(arm("a", prompt=begun), tmp_path, answer="1.")
    assert (batch[0].prefix, batch[0].messages[-1].role) == ("It is ", Role.USER)
    assert answers == ["It is 1.", "It is 1."]


def test_that_a_saved_prompt_reads_passages_too(tmp_path: Path) -> None:
    batch, _ = asked(arm("a", prompt=FORM, collection=True), tmp_path)
    assert "[1] doc0\n0 plus one is 1." in batch[0].messages[-1].content
    assert batch[0].messages[-1].content.endswith("Question: Q: What is 0 plus one?")
    assert batch[0].messages[0].content.startswith("You help the till.\n\n")


def test_that_examples_of_the_prompt_are_shown(tmp_path: Path) -> None:
    shown = FORM.model_copy(update={"few_shot": FewShot(shots=(SHOT,), in_form=True)})
    batch, _ = asked(arm("a", prompt=shown), tmp_path)
    assert [m.content for m in batch[0].messages[1:3]] == ["Q: What is 100 plus one?", "101"]


def test_that_the_arm_says_how_to_decode_and_what_it_does_not_say_is_the_prompts(questions: Path) -> None:
    own = resolved(questions, version(FORM), seed=5, generation={"temperature": 0.0}).arms[0].generation
    assert (own.max_tokens, own.temperature, own.seed) == (77, 0.0, 5)
    assert resolved(questions, version(FORM)).arms[0].generation.temperature == 0.4


def test_that_a_schema_of_the_prompt_holds_for_the_answers(questions: Path) -> None:
    strict = FORM.model_copy(update={"json_schema": '{"type": "object"}'})
    assert resolved(questions, version(strict)).arms[0].generation.json_schema == '{"type": "object"}'


def test_that_the_request_holds_the_version_with_its_name(questions: Path) -> None:
    other = FORM.model_copy(update={"json_schema": '{"type": "object"}'})
    found = resolved(questions, version(FORM, 1), version(other, 2), prompt="saved:sums@1").arms[0]
    assert (found.prompt, found.prompt_name, found.prompt_number, found.prompt_label) == (FORM, "sums", 1, "v1 short")
    assert found.system == ""


def test_that_examples_of_the_arm_stand_instead_of_the_prompts(questions: Path) -> None:
    shown = FORM.model_copy(update={"few_shot": FewShot(shots=(SHOT,), count=3)})
    examples = ExamplesSpec(from_file="data:rows", count=2).model_dump(mode="json", by_alias=True)
    found = resolved(questions, version(shown), examples=examples).arms[0].prompt
    assert found is not None
    assert found.few_shot is not None
    assert (len(found.few_shot.shots), found.few_shot.count) == (3, 2)
    assert SHOT not in found.few_shot.shots


def test_that_a_variable_without_a_column_is_told_before_anything_runs(questions: Path) -> None:
    lacking = Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }} for {{ customer }}"),))
    with pytest.raises(WorkbenchError) as caught:
        resolved(questions, version(lacking))
    assert "Arm 'a': The prompt “sums” needs a value for “customer”" in caught.value.message
    assert "team" in caught.value.hint
    optional = "{{ question }}{% if customer is defined %} for {{ customer }}{% endif %}"
    resolved(questions, version(Prompt(blocks=(PromptBlock(role=Role.USER, text=optional),))))


def test_that_a_mistake_in_a_template_is_told_with_its_place(questions: Path) -> None:
    broken = Prompt(blocks=(PromptBlock(role=Role.USER, text="one\n{{ question"),))
    with pytest.raises(WorkbenchError, match=r"The prompt “sums” has a mistake \(user block, line 2\)"):
        resolved(questions, version(broken))


def test_that_a_question_without_a_value_fails_alone(tmp_path: Path) -> None:
    examples = [numbered(2)[0].model_copy(update={"variables": {"team": "A"}}), numbered(2)[1]]
    tools = ScriptedTools(lambda _: "1")
    report = compare(RecordingContext(), request_for(arm("a", prompt=FORM), examples=examples, folder=tmp_path), tools)
    assert [trial.has_failed for trial in report.trials] == [False, True]
    assert "“team” has no value" in report.trials[1].problem


@pytest.mark.parametrize(
    ("named", "number"), [("saved:sums", 2), ("saved:sums@1", 1), ("saved:a@3", 1), ("saved:a@3@1", 1)]
)
def test_that_versions_are_found_by_name_and_number(named: str, number: int) -> None:
    versions = (version(FORM, 2), version(FORM, 1), version(FORM, 1, name="a@3"))
    assert find_version(named, versions).number == number


@pytest.mark.parametrize(
    ("named", "said"), [("saved:gone", "no saved prompt “gone”"), ("saved:sums@9", "no version 9")]
)
def test_that_an_unknown_version_is_named(named: str, said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        find_version(named, (version(FORM),))


@pytest.fixture
def folder_of_a_spec(tmp_path: Path, questions: Path) -> Iterator[Path]:
    path = tmp_path / "compare.yaml"
    path.write_text(
        "name: x\nquestions: q.jsonl\nrepeats: 3\nbudget_seconds: 60\nforgetting: true\n"
        "arms:\n  - {name: a, model: tiny, prompt: 'saved:sums', generation: {temperature: 0.0}}\n",
        encoding="utf-8",
    )
    yield path


def test_that_a_spec_with_a_saved_prompt_is_written_as_it_was(folder_of_a_spec: Path, tmp_path: Path) -> None:
    spec = load_spec(folder_of_a_spec)
    save_spec(spec, tmp_path / "again.yaml")
    again = load_spec(tmp_path / "again.yaml")
    assert again == spec
    assert again.arms[0].generation.model_fields_set == {"temperature"}


def test_that_what_is_kept_leaves_nothing_open(folder_of_a_spec: Path, tmp_path: Path) -> None:
    spec = load_spec(folder_of_a_spec)
    request = resolve(spec, Found(Catalogue(prompts=(version(FORM, 4),)))).request
    kept = tmp_path / "elsewhere" / "kept.yaml"
    kept.parent.mkdir()
    kept.write_text(written_of(spec, request.model_copy(update={"waves": (2, 1)})), encoding="utf-8")
    again = load_spec(kept)
    assert again.arms[0].prompt == "saved:sums@4"
    assert (again.waves, again.repeats, again.questions) == ((2, 1), 3, spec.questions)
