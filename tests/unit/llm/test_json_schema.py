"""Which keywords of a JSON schema llama.cpp's grammar does not enforce: held against the grammar itself."""

import json
from typing import Any

import pytest

from workbench.llm.json_schema import about_unheld, unheld_keywords
from workbench.llm.llama_native import grammar_of_schema

PASSED_OVER: list[tuple[dict[str, Any], str]] = [
    ({"type": "integer", "minimum": 3}, "minimum"),
    ({"type": "number", "maximum": 3}, "maximum"),
    ({"type": "number", "exclusiveMinimum": 0}, "exclusiveMinimum"),
    ({"type": "number", "exclusiveMaximum": 0}, "exclusiveMaximum"),
    ({"type": "integer", "multipleOf": 5}, "multipleOf"),
    ({"type": "string", "format": "email"}, "format"),
    ({"type": "string", "pattern": "^a+$", "maxLength": 3}, "maxLength"),
    ({"type": "string", "format": "date", "minLength": 3}, "minLength"),
    ({"type": "string", "not": {"const": "a"}}, "not"),
    ({"type": "array", "minItems": 2}, "minItems"),
    ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, "uniqueItems"),
    ({"type": "array", "items": {"type": "string"}, "contains": {"const": "a"}}, "contains"),
    ({"type": "array", "items": {"type": "string"}, "prefixItems": [{"type": "null"}]}, "prefixItems"),
    ({"type": "array", "prefixItems": [{"type": "null"}], "minItems": 2}, "minItems"),
    ({"type": "object", "minProperties": 2}, "minProperties"),
    ({"type": "object", "required": ["a"]}, "required"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "required": ["b"]}, "required"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "maxProperties": 1}, "maxProperties"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "patternProperties": {"b": {}}}, "patternProperties"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "allOf": [{"required": ["a"]}]}, "allOf"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "dependentRequired": {"a": ["b"]}}, "dependentRequired"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "if": {"required": ["a"]}}, "if"),
    ({"type": ["string", "null"], "enum": ["a", None]}, "enum"),
    ({"type": ["string", "null"], "maxLength": 2}, "maxLength"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}], "maxLength": 2}, "maxLength"),
    ({"anyOf": [{"type": "string"}], "oneOf": [{"type": "null"}]}, "anyOf"),
    ({"enum": ["a", "b"], "maxLength": 2}, "maxLength"),
]
ENFORCED: list[tuple[dict[str, Any], str]] = [
    ({"type": "string", "pattern": "^a+$"}, "pattern"),
    ({"type": "string", "minLength": 2}, "minLength"),
    ({"type": "string", "maxLength": 2}, "maxLength"),
    ({"type": "string", "format": "date"}, "format"),
    ({"type": "string", "format": "uuid"}, "format"),
    ({"type": "string", "enum": ["a"]}, "enum"),
    ({"type": "string", "const": "a"}, "const"),
    ({"type": "array", "items": {"type": "string"}}, "items"),
    ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "minItems"),
    ({"type": "array", "items": {"type": "string"}, "maxItems": 2}, "maxItems"),
    ({"type": "array", "prefixItems": [{"type": "string"}]}, "prefixItems"),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]}, "required"),
    ({"type": "object", "additionalProperties": {"type": "null"}}, "additionalProperties"),
    ({"type": "object", "allOf": [{"properties": {"a": {"type": "null"}}}]}, "allOf"),
]


def grammar(schema: dict[str, Any]) -> str:
    return grammar_of_schema(json.dumps(schema))


@pytest.mark.parametrize(("schema", "keyword"), PASSED_OVER, ids=json.dumps)
def test_that_a_keyword_without_effect_is_named(schema: dict[str, Any], keyword: str) -> None:
    assert unheld_keywords(json.dumps(schema)) == (keyword,)
    without = {name: value for name, value in schema.items() if name != keyword}
    assert grammar(schema) == grammar(without), "it has no effect"


@pytest.mark.parametrize(("schema", "keyword"), ENFORCED, ids=json.dumps)
def test_that_a_keyword_that_is_enforced_is_not_named(schema: dict[str, Any], keyword: str) -> None:
    assert unheld_keywords(json.dumps(schema)) == ()
    without = {name: value for name, value in schema.items() if name != keyword}
    assert grammar(schema) != grammar(without)


def test_that_it_is_looked_for_in_every_part_of_the_schema() -> None:
    number = {"type": "number", "minimum": 0, "maximum": 1}
    for schema in (
        {"type": "object", "properties": {"a": number}},
        {"type": "object", "additionalProperties": number},
        {"type": "array", "items": number},
        {"type": "array", "prefixItems": [number]},
        {"anyOf": [{"type": "null"}, number]},
        {"$ref": "#/$defs/share", "$defs": {"share": number}},
        {"type": "object", "allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"properties": {"b": number}}}},
    ):
        assert unheld_keywords(json.dumps(schema)) == ("maximum", "minimum"), schema


def test_that_a_schema_that_leads_back_into_itself_ends() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "n": {"type": "integer", "minimum": 1}}}
    assert unheld_keywords(json.dumps({"$ref": "#/$defs/node", "$defs": {"node": node}})) == ("minimum",)


def test_that_words_about_a_schema_are_no_rules() -> None:
    schema = {"$schema": "x", "title": "t", "description": "d", "default": 1, "examples": [1], "x-own": 1}
    assert unheld_keywords(json.dumps({**schema, "type": "integer"})) == ()


@pytest.mark.parametrize("text", ["", "{", "true", "[]", "3", "[" * 5000])
def test_that_what_is_no_schema_is_left_to_others(text: str) -> None:
    assert unheld_keywords(text) == ()


def test_that_the_sentence_names_them() -> None:
    said = about_unheld('{"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2}')
    assert said.startswith("Models on this computer are not held to “maximum”, “minimum” and “multipleOf” of the JSON")
    assert about_unheld('{"type": "integer"}') == ""
