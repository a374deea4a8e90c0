"""Writes the reference that an OpenAPI document holds as HTML. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1b1b; background: #fffdf8; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; } a { color: #0b4f8a; }
pre { background: #f3efe6; padding: .8rem; overflow-x: auto; border-radius: .3rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
       h2 { overflow-wrap: anywhere; } th, td { text-align: left; vertical-align: top;
       padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e3ded2; }
@media (prefers-color-scheme: dark) { body { color: #e8e6e1; background: #16181c; } a { color: #8cc4ff; }
       pre { background: #23262c; } th, td { border-color: #3a3d44; } h2 { border-color: #3a3d44; } }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Allows the one style sheet of these pages, and nothing else."""
PLACES = (
    ("/", "Ask"),
    ("/articles", "Articles"),
    ("/index", "Index"),
    ("/evaluation", "Evaluation"),
    ("/recipes", "Recipes"),
    ("/docs", "Reference"),
)
"""The pages that every page leads to: path and name."""


def write_reference(document: Mapping[str, Any]) -> str:
    """Every route of an OpenAPI document, then every kind of problem."""
    schemas = document.get("components", {}).get("schemas", {})
    routes = [
        _route(method, path, operation, schemas)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    problems = _table(
        ("type", "status", "title", "what to do"),
        (
            (
                f'<code id="{escape(one["type"].partition("#")[2])}">{escape(one["type"])}</code>',
                str(one["status"]),
                escape(one["title"]),
                _code(one["detail"] or "the detail says it"),
            )
            for one in document.get("x-problems", ())
        ),
    )
    head = f"<h1>{escape(document['info']['title'])}: the reference</h1>\n{_prose(document['info']['description'])}"
    also = '<p>How to ask from a program: <a href="/recipes">recipes</a>. For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    return write_page("Dateline: reference", "\n".join((head, also, *routes, "<h2>Problems</h2>", problems)))


def write_page(title: str, body: str) -> str:
    """A page with the one style sheet; `body` is HTML."""
    places = " · ".join(f'<a href="{path}">{name}</a>' for path, name in PLACES)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<nav>{places}</nav>\n{body}\n</body>\n</html>\n"
    )


def _prose(text: str) -> str:
    return "\n".join(f"<p>{_code(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _code(text: str) -> str:
    """Escaped, with what stands between backquotes as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML already."""
    lines = ["<table>", f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>"]
    lines.extend(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return "\n".join((*lines, "</table>"))


def _route(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    parts = [
        f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>",
        f"<p><strong>{escape(operation['summary'])}.</strong> {_code(operation.get('description', ''))}</p>",
    ]
    if operation.get("parameters"):
        rows = (
            (
                f"<code>{escape(one['name'])}</code>",
                _kind(one["schema"]) + (", required" if one.get("required") else ""),
                _code(one.get("description") or one["schema"].get("description", "")),
            )
            for one in operation["parameters"]
        )
        parts.append(_table(("parameter", "kind", ""), rows))
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        parts.append(_fields(_find("properties", schema, schemas)))
        parts.extend(_example("Request", one) for one in _find("examples", schema, schemas).get("examples", ()))
    problems: list[str] = []
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            if status.startswith("2"):
                shown = content["examples"].items()
                parts.extend(_example(f"Response {status}: {name}", one["value"]) for name, one in shown)
            else:
                problems.extend(f"{status} <code>{escape(slug)}</code>" for slug in content.get("examples", ()))
    if operation.get("security"):
        scope = operation["security"][0]["key"][0]
        parts.insert(2, f"<p>Where keys are needed: one with the scope <code>{escape(scope)}</code>.</p>")
    if problems:
        parts.append(f"<p>Problems: {', '.join(problems)}.</p>")
    return "\n".join(parts)


def _fields(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = (
        (
            f"<code>{escape(name)}</code>",
            _kind(one) + (", required" if name in required else ""),
            _code(one.get("description", "")),
        )
        for name, one in schema.get("properties", {}).items()
    )
    return _table(("field", "kind", ""), rows)


def _example(title: str, example: object) -> str:
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
    return f"<h3>{escape(title)}</h3>\n<pre>{escape(text)}</pre>"


def _find(member: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that has the member: this one, the one that it stands for, or the first of its forms."""
    while member not in schema:
        forms = schema.get("oneOf") or schema.get("anyOf")
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        elif forms:
            schema = forms[0]
        else:
            break
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """The type of a field in a few words, with its bounds."""
    if "$ref" in schema:
        return escape(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(
            f"<code>{escape(one if isinstance(one, str) else json.dumps(one))}</code>" for one in schema["enum"]
        )
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kind = escape(str(schema.get("format") or schema.get("type", "any")))
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    bounds = f" ({low} to {high})" if low is not None and high is not None else ""
    return kind + bounds
