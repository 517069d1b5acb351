"""A hub on this computer, with one small model in it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from huggingface_hub import constants
from keyring.backends.null import Keyring as NullKeyring

from tests.hub_server import HubServer
from tests.llm_models import write_tiny_gguf
from workbench.llm.hub.types import DownloadRequest, Patience, RemoteFile
from workbench.paths import WorkbenchPaths

REPOSITORY, FILE = "Someone/Tiny-Model-GGUF", "tiny-model-q8_0.gguf"
IMPATIENT = Patience(connect_seconds=10, silence_seconds=20, first_wait_seconds=0.01, longest_wait_seconds=0.05)
MakeRequest = Callable[..., DownloadRequest]


@pytest.fixture(scope="session")
def model_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real GGUF of about 5 MB."""
    path = write_tiny_gguf(tmp_path_factory.mktemp("hub") / FILE, width=256, feed_forward=512)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Proxies and tokens of whoever runs the tests stay out of them, of their workers too."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("HF_TOKEN", "HF_ENDPOINT", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    before: Any = keyring.get_keyring()
    keyring.set_keyring(NullKeyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def hub(model_bytes: bytes) -> Iterator[HubServer]:
    server = HubServer()
    server.add(REPOSITORY, FILE, model_bytes, "license:apache-2.0")
    with server.serving():
        yield server


@pytest.fixture
def make_request(hub: HubServer, home: WorkbenchPaths) -> MakeRequest:
    """The request that listing the repository now would lead to."""

    def make(name: str = FILE, **changes: object) -> DownloadRequest:
        content = hub.repositories[REPOSITORY][name]
        file = RemoteFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        request = DownloadRequest(
            hub=hub.address,
            repository=REPOSITORY,
            revision=hub.revision(REPOSITORY),
            files=(file,),
            models_folder=str(home.models),
            patience=IMPATIENT,
        )
        return request.model_copy(update=changes)

    return make


def partial_files(home: WorkbenchPaths) -> list[str]:
    return sorted(path.name for path in home.models.glob(".partial/*/*") if path.name != "lock")


def library_files(home: WorkbenchPaths) -> list[Path]:
    return [path for path in home.models.rglob("*.gguf") if ".partial" not in path.parts]
