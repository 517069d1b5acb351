import os

import pytest

from workbench.environment import SPIN, spinning_threads


def test_that_threads_spin_only_for_libraries_loaded_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    with spinning_threads():
        assert {name: os.environ[name] for name in SPIN} == SPIN
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert "GOMP_SPINCOUNT" not in os.environ


def test_that_a_library_that_fails_to_load_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    with pytest.raises(ImportError), spinning_threads():
        raise ImportError("no such library")
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
