"""`workbench endpoints`: models on servers that speak OpenAI's protocol."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint, Price

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN = 40
"""Models of a server that are printed as text."""


def register(commands: "Commands") -> None:
    """Add `endpoints add | list | test | remove`."""
    parser = commands.add_parser("endpoints", help="models on servers that speak OpenAI's protocol")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _register_add(actions)
    actions.add_parser("list", help="the servers that were added").set_defaults(run=show)
    for name, sentence, function in (
        ("test", "ask the server for its models", test),
        ("remove", "forget the server and its key", remove),
    ):
        action = actions.add_parser(name, help=sentence)
        action.add_argument("name", metavar="NAME")
        action.set_defaults(run=function)


def _register_add(actions: "Commands") -> None:
    parser = actions.add_parser("add", help="add a server, or change the one of that name")
    parser.add_argument("name", metavar="NAME", help="what `--model` calls it")
    parser.add_argument("--url", required=True, metavar="URL", help="like https://api.example.com/v1")
    parser.add_argument("--model", required=True, metavar="M", help="as the server calls it")
    parser.add_argument(
        "--context-length", type=whole_number, metavar="N", help="tokens of prompt and answer together (8192)"
    )
    parser.add_argument("--price-in", type=float, metavar="X", help="US dollars per million tokens of prompts")
    parser.add_argument("--price-out", type=float, metavar="Y", help="US dollars per million tokens of answers")
    parser.add_argument("--parallel", type=whole_number, metavar="N", help="requests at once (4)")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key-from-env", metavar="VAR", help="the environment variable that holds the key")
    key.add_argument("--ask-key", action="store_true", help="ask for the key and keep it in the system's keyring")
    parser.set_defaults(run=add)


def add(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Keep a server. Nothing is sent to it."""
    endpoint = _endpoint(arguments)
    if arguments.ask_key:
        from workbench.llm.endpoints.keys import keep_key

        keep_key(endpoint, _asked_key(endpoint))
    store = EndpointStore(place.paths.endpoints)
    store.save(endpoint)
    if output.json:
        output.object(_as_line(endpoint))
        return
    goes = "stays on this computer" if endpoint.is_on_this_computer else "sends your text to " + endpoint.host
    output.text(f"{endpoint.name} was added: --model {endpoint.name!r} {goes}.")


def show(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    endpoints = EndpointStore(place.paths.endpoints).list_endpoints()
    if output.json:
        output.object({"endpoints": [_as_line(endpoint) for endpoint in endpoints]})
    elif not endpoints:
        output.text("No server was added yet.")
    else:
        columns = ("name", "address", "model", "context", "at once", "$/M in", "$/M out", "key")
        output.table(columns, [_row(endpoint) for endpoint in endpoints])


def test(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Ask the server for its models, with the key where it is kept."""
    from workbench.llm.endpoints.checking import CheckReport
    from workbench.llm.endpoints.tasks import CHECK, CheckRequest

    endpoint = EndpointStore(place.paths.endpoints).get(arguments.name)
    request = CheckRequest(endpoint=endpoint)
    spec = JobSpec(task=CHECK, params=request.model_dump(mode="json"), title=f"Ask {endpoint.host}")
    report = CheckReport.model_validate(place.run(spec))
    if output.json:
        output.object(report.model_dump(mode="json") | {"has_model": report.find(endpoint.model) is not None})
    else:
        output.text(f"{report.host} answers after {report.milliseconds} ms and has {len(report.models)} models.")
        for model in report.models[:_SHOWN]:
            output.text(f"  {model.name}")
        if len(report.models) > _SHOWN:
            output.text(f"  and {len(report.models) - _SHOWN} more")
    if report.models and report.find(endpoint.model) is None:
        raise WorkbenchError(
            f"{endpoint.model!r} is not among the models of {report.host}.",
            hint=f"`workbench endpoints add {endpoint.name} ...` with another --model changes it.",
            code="endpoint_no_model",
        )


def remove(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.llm.endpoints.keys import forget_key

    store = EndpointStore(place.paths.endpoints)
    endpoint = store.get(arguments.name)
    forget_key(endpoint)
    store.remove(endpoint.name)
    if output.json:
        output.object({"removed": endpoint.name})
    else:
        output.text(f"{endpoint.name} was removed.")


def _endpoint(arguments: argparse.Namespace) -> Endpoint:
    prices = (arguments.price_in, arguments.price_out)
    wishes = {
        "context_length": arguments.context_length,
        "parallel_requests": arguments.parallel,
        "key_from_env": arguments.key_from_env,
        "price": {"prompt": prices[0] or 0.0, "generated": prices[1] or 0.0} if prices != (None, None) else None,
    }
    given = {name: value for name, value in wishes.items() if value is not None}
    return Endpoint.of(name=arguments.name, base_url=arguments.url, model=arguments.model, **given)


def _asked_key(endpoint: Endpoint) -> str:
    """From the terminal without showing it, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return getpass.getpass(f"Key for {endpoint.host}: ")


def _as_line(endpoint: Endpoint) -> dict[str, object]:
    return endpoint.model_dump(mode="json") | {"host": endpoint.host, "key": _key_in_words(endpoint)}


def _key_in_words(endpoint: Endpoint) -> str:
    """Where the key is, never the key."""
    from workbench.llm.endpoints.keys import has_key

    if endpoint.key_from_env:
        return f"${endpoint.key_from_env}" + ("" if has_key(endpoint) else " (not set)")
    return "keyring" if has_key(endpoint) else ""


def _row(endpoint: Endpoint) -> tuple[object, ...]:
    price = endpoint.price or Price()
    shown = (price.prompt, price.generated) if endpoint.price is not None else ("-", "-")
    return (
        endpoint.name,
        endpoint.base_url,
        endpoint.model,
        endpoint.context_length,
        endpoint.parallel_requests,
        *shown,
        _key_in_words(endpoint),
    )
