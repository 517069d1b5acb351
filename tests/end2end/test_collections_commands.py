"""`workbench collections ...` as a person types it."""

from pathlib import Path

import pytest

from tests.end2end.test_documents_commands import lines, workbench
from tests.unit.rag.documents import write_facts

pytestmark = pytest.mark.slow


def test_that_a_collection_is_synced_rebuilt_undone_and_purged(tmp_path: Path) -> None:
    folder = write_facts(tmp_path / "docs")
    lines("index", "facts", folder, "--json")
    (folder / "office.txt").rename(folder / "notice.txt")
    renamed = {row["path"]: row["status"] for row in lines("collections", "sync", "facts", "--json")}
    assert renamed[str(folder / "notice.txt")] == "renamed"
    *chunks, summary = lines("chunks", "facts", "handbook.md", "--chunker", "tokens", "--chunk-tokens", 20, "--json")
    assert summary["chunks"] == len(chunks) and summary["longest"] <= 18
    rebuild = ("--chunker", "tokens", "--chunk-tokens", 16, "--overlap", 0, "--json")
    (report,) = lines("collections", "rebuild", "facts", *rebuild)
    assert report["documents"] == 3
    (undone,) = lines("collections", "undo", "facts", "--json")
    assert [index["chunk_tokens"] for index in undone["indexes"]] == [120, 16]
    assert undone["indexes"][1]["chunker"] == "tokens" != undone["indexes"][0]["chunker"]
    (removed,) = lines("collections", "remove", "facts", "handbook.md", "--json")
    assert removed == {"removed": ["handbook.md"]}
    assert lines("collections", "restore", "facts", "handbook.md", "--json") == [{"restored": ["handbook.md"]}]
    lines("collections", "remove", "facts", "handbook.md", "--json")
    assert lines("collections", "purge", "facts", "--json") == [{"purged": ["handbook.md"]}]
    assert "whole" in workbench("collections", "check", "facts").stdout
    found = lines("search", "facts", "paid holiday", "--json")[0]["hits"]
    assert {hit["document"] for hit in found} <= {"delivery.pdf", "notice.txt"}
    lines("collections", "rename", "facts", "rules", "--json")
    bundle = tmp_path / "rules.collection.zip"
    (written,) = lines("collections", "export", "rules", bundle, "--vectors", "--json")
    assert (written["documents"], written["vectors"]) == (2, 2)
    lines("collections", "delete", "rules", "--json")
    assert lines("collections", "undelete", "rules", "--json") == [{"restored": "rules", "name": "rules"}]
    lines("collections", "delete", "rules", "--now", "--json")
    assert lines("collections", "import", bundle, "--json") == [{"name": "rules", "documents": 2, "embedded": 0}]
    lines("collections", "duplicate", "rules", "copy", "--json")
    (facts,) = lines("collections", "info", "copy", "--json")
    assert (facts["health"], facts["documents"], facts["sources"]) == ("healthy", 2, [str(folder)])
    assert lines("search", "copy", "toaster warranty", "--json")[0]["hits"][0]["document"] == "delivery.pdf"
