"""What of a JSON schema the answer of a local model is not held to.

llama.cpp binds an answer by a grammar. The converter from a schema to a grammar passes over what it has no rules for
without a word: numbers have no `minimum`, `anyOf` hides what stands beside it. This follows its order of looking.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_RULES = frozenset({
    "$ref", "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains", "dependencies",
    "dependentRequired", "dependentSchemas", "else", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "if",
    "items", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems",
    "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern", "patternProperties",
    "prefixItems", "properties", "propertyNames", "required", "then", "unevaluatedItems", "unevaluatedProperties",
    "uniqueItems",
})  # fmt: skip
"""Keywords that forbid something; `type` is left out: it is held, or says again what stands beside it."""
_FORMATS = frozenset({"date", "time", "date-time", "uuid", "uuid1", "uuid2", "uuid3", "uuid4", "uuid5"})
_MOST_LEVELS = 100


class _Held(NamedTuple):
    """What of a schema an answer is held to, the schemas inside it, and what its merged parts say in vain."""

    keywords: frozenset[str]
    inside: tuple[Any, ...] = ()
    passed_over: frozenset[str] = frozenset()


def unheld_keywords(schema: str) -> tuple[str, ...]:
    """Keywords of the schema that are not enforced, in the order of the alphabet; empty for what is no schema."""
    try:
        whole = json.loads(schema)
    except (ValueError, RecursionError):
        return ()
    return tuple(sorted(set(_Look(whole).unheld(whole))))


def about_unheld(schema: str) -> str:
    """The same in a sentence; empty when every keyword is enforced."""
    names = [f"“{name}”" for name in unheld_keywords(schema)]
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Models on this computer are not held to {listed} of the JSON schema: check that in their answers."


class _Look:
    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self._followed: set[str] = set()

    def unheld(self, schema: Any, level: int = 0) -> Iterator[str]:
        if not isinstance(schema, Mapping) or level > _MOST_LEVELS:
            return
        held = self._held(schema)
        yield from (_RULES & set(schema) - held.keywords) | held.passed_over
        for one in held.inside:
            yield from self.unheld(one, level + 1)

    def _held(self, schema: Mapping[str, Any]) -> _Held:
        kind = schema.get("type")
        if "$ref" in schema:
            return _Held(frozenset({"$ref"}), self._target(schema["$ref"]))
        if "oneOf" in schema or "anyOf" in schema:
            name = "oneOf" if schema.get("oneOf") else "anyOf"
            return _Held(frozenset({name}), _listed(schema.get(name)))
        if isinstance(kind, list):
            return _Held(frozenset())
        for name in ("const", "enum"):
            if name in schema:
                return _Held(frozenset({name}))
        if kind in (None, "object") and (
            "properties" in schema or schema.get("additionalProperties", True) is not True
        ):
            return _of_object(schema)
        if kind in (None, "object") and "allOf" in schema:
            return self._of_parts(schema)
        if kind in (None, "array") and ("items" in schema or "prefixItems" in schema):
            return _of_array(schema)
        return _of_value(schema, kind)

    def _of_parts(self, schema: Mapping[str, Any]) -> _Held:
        """`allOf`: the properties of its parts together, of an `anyOf` among them as one may; nothing else of them."""
        inside: list[Any] = []
        passed_over: set[str] = set()
        required: set[str] = set()
        for part in _listed(schema["allOf"]):
            choices = _listed(part["anyOf"]) if isinstance(part, Mapping) and "anyOf" in part else None
            for one in (part,) if choices is None else choices:
                found = (
                    next(iter(self._target(one["$ref"])), None) if isinstance(one, Mapping) and "$ref" in one else one
                )
                if not isinstance(found, Mapping):
                    continue
                properties = _mapped(found.get("properties"))
                inside += properties.values()
                required |= set(properties) if choices is None else set()
                own = {"properties", "additionalProperties", *(["required"] if _requires(found) <= required else [])}
                passed_over |= _RULES & set(found) - own
        held = {"allOf", *(["required"] if _requires(schema) <= required else [])}
        return _Held(frozenset(held), tuple(inside), frozenset(passed_over))

    def _target(self, ref: Any) -> tuple[Any, ...]:
        """What it points to, once: schemas may lead back into themselves."""
        if not isinstance(ref, str) or not ref.startswith("#/") or ref in self._followed:
            return ()
        self._followed.add(ref)
        found = self._whole
        for word in ref.removeprefix("#/").split("/"):
            found = found.get(word) if isinstance(found, Mapping) else None
        return (found,)


def _of_object(schema: Mapping[str, Any]) -> _Held:
    properties, others = _mapped(schema.get("properties")), schema.get("additionalProperties")
    held = {"properties", "additionalProperties", *(["required"] if _requires(schema) <= set(properties) else [])}
    return _Held(frozenset(held), (*properties.values(), others))


def _of_array(schema: Mapping[str, Any]) -> _Held:
    items = schema.get("items") or schema.get("prefixItems")
    if isinstance(items, list):  # so many items, no more and no fewer
        held = {"items", "prefixItems", "additionalItems"}
        held |= {"minItems"} if _number(schema.get("minItems"), 0) <= len(items) else set()
        held |= {"maxItems"} if _number(schema.get("maxItems"), len(items)) >= len(items) else set()
        return _Held(frozenset(held), tuple(items))
    return _Held(frozenset({"items", "minItems", "maxItems"}), (items,))


def _of_value(schema: Mapping[str, Any], kind: object) -> _Held:
    if kind in (None, "string") and "pattern" in schema:
        return _Held(frozenset({"pattern"}))
    if kind in (None, "string") and schema.get("format") in _FORMATS:
        return _Held(frozenset({"format"}))
    return _Held(frozenset({"minLength", "maxLength"} if kind == "string" else ()))


def _requires(schema: Mapping[str, Any]) -> set[Any]:
    return {name for name in _listed(schema.get("required")) if isinstance(name, str)}


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any, otherwise: int) -> float:
    return value if isinstance(value, int | float) else otherwise
