"""`workbench prompts`: saved prompts and their versions, in files and as answers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.choices import add_adapter_options
from workbench.cli.output import Output
from workbench.cli.prompt_diff import diff
from workbench.cli.prompt_running import run
from workbench.cli.prompting import choose_version, prompt_store
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.playground.types import Prompt, PromptVersion

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_WHICH = "a saved prompt; @N takes its version N"


def register(commands: "Commands") -> None:
    """Add `prompts list | show | save | import | export | diff | run`."""
    parser = commands.add_parser("prompts", help="saved prompts: versions, files, differences, answers")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the prompts, or the versions of one")
    listing.add_argument("name", metavar="NAME", nargs="?", help="a prompt")
    listing.set_defaults(run=show_list)
    showing = actions.add_parser("show", help="a version as Markdown")
    showing.add_argument("version", metavar="NAME[@N]", help=_WHICH)
    showing.set_defaults(run=show)
    _register_saving(actions)
    exporting = actions.add_parser("export", help="write versions into a file: .md (one), .yaml for promptfoo")
    exporting.add_argument("version", metavar="NAME[@N]", nargs="+", help=_WHICH)
    exporting.add_argument("file", metavar="FILE", type=Path)
    exporting.set_defaults(run=export)
    differing = actions.add_parser("diff", help="what changed between two versions, in text and settings")
    differing.add_argument("old", metavar="OLD[@N]", help=_WHICH)
    differing.add_argument("new", metavar="NEW[@N]", help=_WHICH)
    differing.set_defaults(run=diff)
    _register_running(actions)


def _register_saving(actions: "Commands") -> None:
    saving = actions.add_parser("save", help="a file's text as the next version of a prompt")
    saving.add_argument("name", metavar="NAME", help="the prompt; made when there is none")
    saving.add_argument("file", metavar="FILE.md", help="Markdown with front matter, or plain text; - for stdin")
    saving.add_argument("--label", default="", metavar="TEXT", help="a name for the version")
    saving.add_argument("--note", default="", metavar="TEXT", help="why it was made")
    saving.set_defaults(run=save)
    importing = actions.add_parser("import", help="every prompt of a file: Markdown, .prompty, promptfoo YAML")
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--name", default="", help="instead of the name in the file, where it holds one prompt")
    importing.set_defaults(run=import_file)


def _register_running(actions: "Commands") -> None:
    running = actions.add_parser("run", help="let a model answer a prompt")
    running.add_argument("prompt", metavar="NAME[@N]|FILE", help=f"{_WHICH}; or a Markdown file, which is not saved")
    running.add_argument("--model", default="starter", metavar="M", help="name or path of a model (starter)")
    add_adapter_options(running)
    running.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a value for a variable")
    running.add_argument("--set-file", action="append", default=[], metavar="NAME=PATH", help="a file's text as value")
    running.add_argument("--preview", action="store_true", help="print the exact text and its tokens; ask nothing")
    running.set_defaults(run=run)


def show_list(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    store = prompt_store(place)
    if arguments.name is not None:
        versions = store.versions(arguments.name) or [choose_version(place, arguments.name)]
        if output.json:
            output.object({"versions": [_as_json(version) for version in versions]})
        else:
            lines = [(v.number, v.name, _minute(v.created), _first_line(v.note)) for v in versions]
            output.table(("Version", "Name", "Saved (UTC)", "Note"), lines)
        return
    prompts = [(name, store.versions(name)) for name in store.prompt_names()]
    if output.json:
        output.object(
            {
                "prompts": [
                    {"name": n, "versions": len(v), "newest": v[0].number, "saved": v[0].created} for n, v in prompts
                ]
            }
        )
    elif prompts:
        rows = [(name, len(v), v[0].label, _minute(v[0].created)) for name, v in prompts]
        output.table(("Prompt", "Versions", "Newest", "Saved (UTC)"), rows)
    else:
        output.note("There are no prompts yet. `workbench prompts save NAME FILE.md` saves one.")


def show(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.playground.prompt_markdown import to_markdown

    version = choose_version(place, arguments.version)
    if output.json:
        output.object(_as_json(version) | {"prompt": version.prompt.model_dump(mode="json")})
    else:
        output.text(to_markdown(version.prompt, name=version.prompt_name, note=version.note).rstrip("\n"))


def save(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """An unchanged text makes no new version."""
    from workbench.playground.prompt_files import read_prompts
    from workbench.playground.prompt_markdown import from_markdown

    if arguments.file == "-":
        imported = from_markdown(sys.stdin.read(), "stdin")
    else:
        found = read_prompts(Path(arguments.file).expanduser())
        if len(found) != 1:
            hint = "`workbench prompts import` takes them all."
            raise WorkbenchError(f"{arguments.file} holds {len(found)} prompts.", hint=hint, code="bad_prompt_file")
        imported = found[0]
    _check(imported.prompt, arguments.file)
    with place.writing(f"workbench prompts save {arguments.name}"):
        store = prompt_store(place)
        before = store.newest(arguments.name)
        version = store.save_version(
            arguments.name,
            imported.prompt,
            parent_id=before.id if before else "",
            name=arguments.label,
            note=arguments.note or imported.note,
        )
    _tell_saved([version], imported.left_out, output)


def import_file(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Each becomes a prompt of its own; a name that is taken gets a number."""
    from workbench.playground.prompt_files import read_prompts

    found = read_prompts(arguments.file.expanduser())
    if arguments.name and len(found) > 1:
        raise WorkbenchError(
            f"{arguments.file} holds {len(found)} prompts, which cannot all be called “{arguments.name}”.",
            hint="Leave out --name.",
        )
    for imported in found:
        _check(imported.prompt, f"{arguments.file}: {imported.name}")
    with place.writing(f"workbench prompts import {arguments.file}"):
        store = prompt_store(place)
        versions = [
            store.save_version(store.free_name(arguments.name or each.name), each.prompt, note=each.note)
            for each in found
        ]
    _tell_saved(versions, dict.fromkeys(sentence for each in found for sentence in each.left_out), output)


def export(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.playground.prompt_files import write_prompts

    versions = [choose_version(place, name) for name in arguments.version]
    path = arguments.file.expanduser()
    left_out = write_prompts(path, versions)
    for sentence in left_out:
        output.note(sentence)
    if output.json:
        output.object({"path": str(path), "versions": [_as_json(v) for v in versions], "left_out": list(left_out)})
    else:
        output.text(f"{path} is written.")


def _check(prompt: "Prompt", where: object) -> None:
    """Refuse to save what could never be rendered, with its line."""
    from workbench.playground.template import block_name, problems_in

    if problems := problems_in(prompt):
        first = problems[0]
        raise WorkbenchError(
            f"{where}: the {block_name(prompt, first.block)} has a mistake in line {first.line}: {first.message}",
            hint="Correct it there. A brace that is meant as text stands in {% raw %}...{% endraw %}.",
            code="template_syntax",
        )


def _tell_saved(versions: "Sequence[PromptVersion]", left_out: Any, output: Output) -> None:
    for sentence in left_out:
        output.note(sentence)
    if output.json:
        output.object({"saved": [_as_json(version) for version in versions], "left_out": list(left_out)})
    else:
        output.text("\n".join(f"{version.prompt_name}: {version.label}" for version in versions))


def _as_json(version: "PromptVersion") -> dict[str, Any]:
    content = version.model_dump(mode="json", exclude={"prompt", "name"})
    return {**content, "name": version.prompt_name, "label": version.name}


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0][:60]


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
