"""Asks the hub which models it has and which files they consist of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.environment import allow_hub
from workbench.errors import WorkbenchError
from workbench.llm.hub.access import find_token, new_client
from workbench.llm.hub.names import check_repository, group, is_safe
from workbench.llm.hub.problems import RETRIED, problem_of, unreachable
from workbench.llm.hub.types import FoundRepository, Patience, RemoteFile, RepositoryFiles

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

_LICENCE = "license:"
PATIENCE = Patience(silence_seconds=20.0)


def search(hub: str, query: str, limit: int = 30) -> list[FoundRepository]:
    """Repositories with GGUF files whose name contains `query`, the most downloaded first. Raises WorkbenchError."""
    with _asking(hub, f"an answer to {query!r}") as api:
        found = api.list_models(
            search=query.strip() or None,
            filter="gguf",
            sort="downloads",
            limit=limit,
            expand=["downloads", "likes", "tags", "gated", "gguf"],
        )
        return [_found(info) for info in found if _is_repository(info.id)]


def list_files(hub: str, repository: str, revision: str = "main") -> RepositoryFiles:
    """The GGUF files of a repository, as they are now. Raises WorkbenchError."""
    repository = check_repository(repository)
    with _asking(hub, repository) as api:
        info = api.model_info(repository, revision=revision, files_metadata=True)
    files = [_remote_file(sibling) for sibling in info.siblings or [] if sibling.rfilename.lower().endswith(".gguf")]
    facts = _gguf_facts(info)
    listed = RepositoryFiles(
        repository=repository,
        revision=info.sha or revision,
        licence=_licence(info),
        is_gated=bool(info.gated),
        choices=tuple(group(file for file in files if is_safe(file.name))),
        refused=tuple(file.name for file in files if not is_safe(file.name)),
        **facts,
    )
    if not files:
        raise WorkbenchError(
            f"{repository} holds no GGUF file.",
            hint="Search for it with “GGUF” in the name: others often convert a model to it.",
            code="hub_no_gguf",
        )
    return listed


@contextmanager
def _asking(hub: str, subject: str) -> Iterator["HfApi"]:
    """The hub's own library with a client of ours; what goes wrong becomes a sentence about `subject`."""
    allow_hub()
    import httpx2
    from huggingface_hub import HfApi, set_client_factory
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    token = find_token(hub)
    told = partial(problem_of, subject=subject, hub=hub, has_token=bool(token))
    set_client_factory(lambda: new_client(hub, PATIENCE, _asking_once(hub, told)))
    try:
        yield HfApi(endpoint=hub, token=token or False)
    except HfHubHTTPError as error:
        answer = error.response
        raise told(answer.status_code, answer.headers, details=str(error)) from error
    except HFValidationError as error:
        raise WorkbenchError(f"{subject} is no name that the hub knows.", details=str(error)) from error
    except httpx2.TooManyRedirects as error:
        raise unreachable(hub, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WorkbenchError(
            f"The answer about {subject} is not that of a model hub.",
            hint="Something between you and the hub may have answered instead: a login page of the network, a proxy.",
            details=f"{type(error).__name__}: {error}",
            code="hub_bad_answer",
        ) from error


def _asking_once(hub: str, told: Callable[..., WorkbenchError]) -> "type[httpx2.Client]":
    """A client whose troubles are told at once: a person waits, and the library would try for half a minute."""
    import httpx2

    class AskingOnce(httpx2.Client):
        def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
            try:
                answer = super().send(request, **options)
            except httpx2.TransportError as error:
                raise unreachable(hub, error) from error
            if answer.status_code in RETRIED:
                answer.close()
                raise told(answer.status_code, answer.headers)
            return answer

    return AskingOnce


def _found(info: "ModelInfo") -> FoundRepository:
    return FoundRepository(
        repository=info.id,
        downloads=info.downloads or 0,
        likes=info.likes or 0,
        licence=_licence(info),
        is_gated=bool(info.gated),
        **_gguf_facts(info),
    )


def _gguf_facts(info: "ModelInfo") -> dict[str, Any]:
    """What the hub read from a header of the repository."""
    facts = info.gguf if isinstance(info.gguf, dict) else {}
    return {
        "parameters": _whole(facts.get("total")),
        "context_length": _whole(facts.get("context_length")),
        "architecture": str(facts.get("architecture") or ""),
    }


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _licence(info: "ModelInfo") -> str:
    return next((tag.removeprefix(_LICENCE) for tag in info.tags or [] if tag.startswith(_LICENCE)), "")


def _is_repository(name: object) -> bool:
    try:
        return isinstance(name, str) and check_repository(name) == name
    except WorkbenchError:
        return False


def _remote_file(sibling: Any) -> RemoteFile:
    lfs = sibling.lfs
    return RemoteFile(
        name=sibling.rfilename,
        size_bytes=int(sibling.size or (lfs.size if lfs else 0) or 0),
        sha256=str(lfs.sha256).lower() if lfs else "",
        git_blob="" if lfs else str(sibling.blob_id or ""),
    )
