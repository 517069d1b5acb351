"""What arms are made of leads to what they have seen: adapters, made models, merged exports, prompts, embedders."""

from pathlib import Path

from tests.unit.compare.scripted import COLLECTION, MODEL, arm, hash_of
from workbench.compare.arm_types import Arm
from workbench.compare.leaks.gathering import gather_seen, seen_by
from workbench.compare.seen import SeenKind, SeenLayout, SeenRows, read_seen
from workbench.database import Database
from workbench.datasets.rows_file import write_rows
from workbench.datasets.store import datasets_folder
from workbench.datasets.types import Example, TrainingRow
from workbench.embedding import EmbedderRef
from workbench.finetune.history_store import AdapterHistory
from workbench.finetune.training_config import Objective, TrainingConfig
from workbench.finetune.types import Adapter, ExportFormat, ExportReport, MadeModel
from workbench.llm.types import ChatMessage, Role
from workbench.paths import WorkbenchPaths
from workbench.playground.prompt_store import PromptStore
from workbench.playground.search.catalogue import with_system
from workbench.playground.search.journal import QUESTIONS
from workbench.playground.search.store import PromptSearchStore
from workbench.playground.search.types import Candidate, Origin, Outcome, SearchReport
from workbench.playground.types import Prompt
from workbench.rag.embedding_tuning.saving import ASKED, FOLDER, MANIFEST
from workbench.rag.embedding_tuning.types import TunedEmbedder, TuningConfig


def adapter(name: str, dataset_hash: str, config: TrainingConfig | None = None) -> Adapter:
    return Adapter(
        name=name,
        folder="",
        gguf_path=f"/{name}.gguf",
        gguf_hash=hash_of(f"/{name}.gguf"),
        base_name="",
        base_path="",
        base_hash="",
        rank=4,
        rows=9,
        dataset_hash=dataset_hash,
        config=config or TrainingConfig(),
    )


def saved_rows(database: Database, question: str) -> str:
    row = TrainingRow(
        messages=(ChatMessage(role=Role.USER, content=question), ChatMessage(role=Role.ASSISTANT, content="x"))
    )
    return write_rows([row], datasets_folder(database.path))[1]


def questions(seen: tuple[SeenRows, ...]) -> dict[str, list[str]]:
    return {place.where: [row.question for row in read_seen(place)] for place in seen}


def test_that_an_adapter_has_seen_its_rows_wherever_it_is_applied(database: Database, home: WorkbenchPaths) -> None:
    tuned = adapter("style", saved_rows(database, "How?"))
    export = ExportReport(path="/merged.gguf", format=ExportFormat.GGUF_MERGED, sha256="s", size_bytes=1)
    AdapterHistory(database).record_export(tuned.gguf_hash, export)
    arms = (
        arm("tuned", adapter="/style.gguf"),
        Arm(name="merged", model=MODEL.model_copy(update={"path": "/merged.gguf"})),
        arm("plain"),
    )
    seen, unknown = seen_by(arms, gather_seen(database, home, [tuned]))
    assert questions(seen) == {"training rows of adapter style": ["How?"]}
    assert (seen[0].arms, unknown) == (("tuned", "merged"), ())


def test_that_what_is_not_known_any_more_is_said(database: Database, home: WorkbenchPaths) -> None:
    gathered = gather_seen(database, home, [adapter("style", "0" * 64)])
    seen, unknown = seen_by((arm("tuned", adapter="/style.gguf"), arm("own", adapter="/own.gguf")), gathered)
    assert seen == ()
    assert "training rows of adapter style are not here any more" in unknown[0]
    assert "What the adapter own was trained on is not known" in unknown[1]


def test_that_raw_text_and_general_rows_of_a_training_are_told_apart(database: Database, home: WorkbenchPaths) -> None:
    digest = saved_rows(database, "A whole document.")
    text = adapter("read", digest, TrainingConfig(objective=Objective.TEXT))
    mixed = adapter("mixed", digest, TrainingConfig(general_share=0.2))
    arms = (arm("read", adapter="/read.gguf"), arm("mixed", adapter="/mixed.gguf"))
    seen, _ = seen_by(arms, gather_seen(database, home, [text, mixed]))
    assert [(place.kind, place.arms) for place in seen] == [
        (SeenKind.TEXT, ("read",)),
        (SeenKind.TRAINING, ("mixed",)),
        (SeenKind.TRAINING, ("mixed",)),
    ]
    assert len(list(read_seen(seen[2]))) > 50


def test_that_a_made_model_hands_on_what_it_has_seen(database: Database, home: WorkbenchPaths) -> None:
    def made(name: str, base: str, question: str) -> None:
        folder = home.models / name
        folder.mkdir(parents=True)
        card = MadeModel(
            name=name,
            folder="",
            gguf_path="",
            gguf_hash="",
            base_name="",
            base_path=base,
            base_hash="",
            dataset_hash=saved_rows(database, question),
        )
        (folder / "card.json").write_text(card.model_dump_json(), encoding="utf-8")

    made("first", "/starter.gguf", "First?")
    made("second", str(home.models / "first" / "first.gguf"), "Second?")
    made("other", "/starter.gguf", "Other?")
    model = MODEL.model_copy(update={"path": str(home.models / "second" / "second.gguf")})
    seen, _ = seen_by((Arm(name="a", model=model),), gather_seen(database, home, []))
    assert sorted(found for place in questions(seen).values() for found in place) == ["First?", "Second?"]


def test_that_a_found_prompt_and_what_was_made_from_it_saw_the_questions_of_the_search(
    database: Database, home: WorkbenchPaths, tmp_path: Path
) -> None:
    start, found = Prompt(), with_system(Prompt(), "Be brief.")
    report = SearchReport(
        name="brief",
        outcome=Outcome.BETTER,
        metric="exact_match",
        start=Candidate(id="0", instruction="", prompt=start, origin=Origin.START),
        winner=Candidate(id="1", instruction="", prompt=found, origin=Origin.START),
    )
    PromptSearchStore(database).save(report, folder=str(tmp_path))
    (tmp_path / QUESTIONS).write_text(Example(id="1", question="Asked?").model_dump_json(), encoding="utf-8")
    store = PromptStore(database)
    version = store.save_version("p", found)
    edited = store.save_version("p", with_system(found, "Be very brief."), parent_id=version.id)
    arms = (
        arm("found", prompt=found),
        arm("edited", prompt=edited.prompt),
        arm("file", system="Be brief.\n"),
        arm("start", prompt=start),
    )
    seen, _ = seen_by(arms, gather_seen(database, home, []))
    assert questions(seen) == {"questions of the prompt search brief": ["Asked?"]}
    assert (seen[0].arms, seen[0].layout) == (("found", "edited", "file"), SeenLayout.EXAMPLES)


def test_that_a_collection_with_a_tuned_embedder_saw_its_questions(database: Database, home: WorkbenchPaths) -> None:
    def tuned(name: str, base: str, question: str) -> EmbedderRef:
        folder = home.home / FOLDER / name
        folder.mkdir(parents=True)
        ref = EmbedderRef(name=name, path=str(folder / "model"), content_hash=name)
        card = TunedEmbedder(
            embedder=ref,
            base=EmbedderRef(name=base, path="", content_hash=base),
            collection="handbook",
            trained_on=1,
            config=TuningConfig(),
            created="",
        )
        (folder / MANIFEST).write_text(card.model_dump_json(), encoding="utf-8")
        (folder / ASKED).write_text(Example(id="1", question=question).model_dump_json(), encoding="utf-8")
        return ref

    tuned("first", "starter", "First?")
    second = tuned("second", "first", "Second?")
    arms = (arm("old", collection=True), arm("new", collection=True))
    new = COLLECTION.model_copy(update={"embedder": second})
    arms = (arms[0], arms[1].model_copy(update={"collection": new}))
    seen, _ = seen_by(arms, gather_seen(database, home, []))
    assert sorted(found for place in questions(seen).values() for found in place) == ["First?", "Second?"]
    assert all(place.arms == ("new",) for place in seen)
