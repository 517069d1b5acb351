"""What an arm does with its collections and passages."""

from pathlib import Path

import pytest

from tests.unit.compare.scripted import COLLECTION, MODEL, ScriptedEngine, ScriptedSearcher, arm, numbered
from workbench.compare.answering import ArmPreparer
from workbench.compare.arm_types import Arm
from workbench.compare.catalogue import Catalogue, CatalogueResolvers, RowsFile
from workbench.compare.fingerprints import arm_print
from workbench.compare.resolving import resolve
from workbench.compare.searching import Searches
from workbench.compare.spec import ArmSpec, ComparisonSpec, ExamplesSpec, RetrievalSpec
from workbench.errors import WorkbenchError
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.answer_types import PassageOrder
from workbench.rag.types import CollectionRef

LETTERS = COLLECTION.model_copy(update={"name": "letters", "folder": "/collections/letters"})
EXAMPLE = numbered(1)[0]


def prompt_of(asked: Arm) -> str:
    engine = ScriptedEngine(lambda _: "")
    hits = ScriptedSearcher().search(EXAMPLE.question, asked.retrieval)
    prepared = ArmPreparer(asked, engine, lambda _: hits).prepare(EXAMPLE)
    return prepared.request.messages[-1].content


def test_that_passages_stand_in_the_order_of_the_arm() -> None:
    first = prompt_of(arm("rag", collection=True))
    last = prompt_of(arm("rag", collection=True, order=PassageOrder.BEST_LAST))
    assert first.index("0 plus one is 1.") < first.index("Nothing of interest.")
    assert last.index("0 plus one is 1.") > last.index("Nothing of interest.")


def test_that_passages_take_no_more_tokens_than_the_arm_allows() -> None:
    assert "Nothing of interest." not in prompt_of(arm("rag", collection=True, passage_tokens=8))


def test_that_several_collections_are_asked_at_once() -> None:
    opened: list[str] = []

    def open_searcher(ref: CollectionRef, _reranker: str) -> ScriptedSearcher:
        opened.append(ref.name)
        return ScriptedSearcher()

    both = arm("rag", collection=True, others=(LETTERS,))
    hits = Searches(open_searcher).search(both, EXAMPLE.question)
    assert opened == ["handbook", "letters"]
    assert {hit.collection for hit in hits} == {"handbook", "letters"}


@pytest.mark.parametrize("changed", [{"others": (LETTERS,)}, {"order": PassageOrder.EDGES}, {"passage_tokens": 90}])
def test_that_another_way_with_passages_is_another_trial(changed: dict[str, object]) -> None:
    def key(asked: Arm) -> str:
        return arm_print(asked, "m", "", LoadConfig())

    usual = arm("rag", collection=True)
    assert key(usual) != key(usual.model_copy(update=changed))


class Found(CatalogueResolvers):
    """Every model is there."""

    def model(self, name: str) -> ModelRef:
        return MODEL


def spec_of(questions: Path, **retrieval: object) -> ComparisonSpec:
    written = ArmSpec(
        name="rag",
        model="tiny",
        collection="handbook",
        retrieval=RetrievalSpec.model_validate(retrieval),
        examples=ExamplesSpec(from_file="data:sums", count=1),
    )
    return ComparisonSpec(name="x", questions=str(questions), arms=(written,))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "What is 1 plus one?", "answer": "2"}\n', encoding="utf-8")
    return path


def test_that_names_of_collections_and_data_sets_become_things(questions: Path) -> None:
    catalogue = Catalogue(
        collections=(COLLECTION, LETTERS), datasets={"sums": RowsFile(path=str(questions), content_hash="")}
    )
    spec = spec_of(questions, also=["letters"], order="best last", passage_tokens=500)
    [found] = resolve(spec, Found(catalogue)).request.arms
    assert found.collection == COLLECTION
    assert found.others == (LETTERS,)
    assert (found.order, found.passage_tokens) == (PassageOrder.BEST_LAST, 500)
    assert [shot.answer for shot in found.shots] == ["2"]


@pytest.mark.parametrize(
    ("retrieval", "sentence"),
    [({"also": ["attic"]}, "no collection “attic”"), ({"reranker": "big"}, "no cross-encoder “big”")],
)
def test_that_a_missing_thing_is_named(retrieval: dict[str, object], sentence: str, questions: Path) -> None:
    catalogue = Catalogue(collections=(COLLECTION,), datasets={"sums": RowsFile(path=str(questions), content_hash="")})
    with pytest.raises(WorkbenchError, match=sentence):
        resolve(spec_of(questions, **retrieval), Found(catalogue))


def test_that_a_missing_data_set_is_named_with_those_there_are(questions: Path) -> None:
    catalogue = Catalogue(collections=(COLLECTION,), datasets={"other": RowsFile(path="x", content_hash="")})
    with pytest.raises(WorkbenchError) as caught:
        resolve(spec_of(questions), Found(catalogue))
    assert "no data set “sums”" in caught.value.message
    assert "other" in caught.value.hint
