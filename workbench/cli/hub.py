"""`workbench models search` and `models get`: the two commands that reach the network, because they are asked to."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.llm.in_words import parameters_in_words, size_in_words

if TYPE_CHECKING:
    from workbench.jobs.events import Produced
    from workbench.llm.hub.types import DownloadReport, FoundRepository

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS = ("repository", "parameters", "architecture", "licence", "downloads")


def register(actions: "Commands") -> None:
    """Add `search` and `get` to the actions of `models`."""
    search = actions.add_parser("search", help="models on the hub (asks huggingface.co)")
    search.add_argument("query", metavar="QUERY", help="words of its name")
    search.set_defaults(run=search_hub)
    get = actions.add_parser("get", help="download a model, or go on with it")
    get.add_argument("repository", metavar="REPO", help="owner/name on the hub")
    get.add_argument("file", metavar="FILE", nargs="?", default="", help="file name or quantization, like Q4_K_M")
    get.set_defaults(run=get_model)


def search_hub(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Repositories with GGUF files."""
    from workbench.llm.hub.access import host_of, hub_address
    from workbench.llm.hub.running import search_spec
    from workbench.llm.hub.types import SearchReport, SearchRequest

    hub = hub_address(place.settings.llm)
    report = SearchReport.model_validate(place.run(search_spec(SearchRequest(hub=hub, query=arguments.query))))
    if output.json:
        output.object(report)
    elif not report.found:
        output.text(f"{host_of(hub)} has no GGUF model called {arguments.query!r}.")
    else:
        output.table(_COLUMNS, [_row(found) for found in report.found])


def get_model(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Download into the library, or go on with it. Ctrl-C leaves it going on in the background."""
    from workbench.llm.hub.access import hub_address
    from workbench.llm.hub.choosing import choose
    from workbench.llm.hub.names import check_repository
    from workbench.llm.hub.running import download_request, download_spec, files_spec
    from workbench.llm.hub.types import DownloadReport, ListFilesRequest, RepositoryFiles

    hub = hub_address(place.settings.llm)
    asked = ListFilesRequest(hub=hub, repository=check_repository(arguments.repository))
    listed = RepositoryFiles.model_validate(place.run(files_spec(asked)))
    choice = choose(listed, arguments.file)
    licence = f", licence {listed.licence}" if listed.licence else ""
    output.note(f"{choice.name}: {size_in_words(choice.size_bytes)}{licence}.")
    request = download_request(hub, listed, choice, place.paths.models)

    def on_item(item: "Produced") -> None:
        output.note(str(item.item.get("text", "")))

    report = DownloadReport.model_validate(place.run(download_spec(request), on_item))
    _show(report, output)


def _show(report: "DownloadReport", output: Output) -> None:
    if output.json:
        output.object(report)
    elif not report.finished:
        kept = f"{size_in_words(report.kept_bytes)} of {size_in_words(report.size_bytes)}"
        output.text(f"Paused with {kept}; the same command goes on from there.")
    else:
        name = report.model.name if report.model else report.path
        output.text(f"{report.path} is in the library, and its checksum is right.")
        output.text(f'Try it with: workbench generate --model {name} --prompt "..."')


def _row(found: "FoundRepository") -> tuple[str, ...]:
    parameters = parameters_in_words(found.parameters)
    return (
        found.repository + (" (gated)" if found.is_gated else ""),
        parameters,
        found.architecture,
        found.licence,
        str(found.downloads),
    )
