"""The API's description to read: docs/api.md (`python -m api.v1.guide`) and the page /api/v1/docs, from the same document."""

import html
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from api.layers import LayerFiles
from api.services import Services
from api.v1.openapi import document

TARGET = Path(__file__).resolve().parents[2] / "docs" / "api.md"
_HEAD = "<!-- Written by `python -m api.v1.guide`; a test holds it fresh. -->\n"
_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Sans SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#d7e3f4;"
    "background:#0b1624}code,pre{font:14px/1.5 ui-monospace,monospace;background:#13233a;border-radius:4px}code{padding:0 .25em}"
    "pre{padding:.75rem;overflow:auto;white-space:pre-wrap}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #2a4365;padding:.3rem .5rem;text-align:left;vertical-align:top}a{color:#6cb4ff}h2{margin-top:2.5rem}"
)
_FLAT = re.compile(r"[\[{][^\[\]{}]{0,90}[\]}]")  # a short list or object on one line
Block = tuple[str, Any]  # what it is ("h2", "p", "table", "code", "raw") and what is in it
Json = Mapping[str, Any]


def whole() -> dict[str, Any]:
    """The document without a running process: describing asks for nothing that only one has."""
    from api.v1.routes import described  # here: the routes serve this page

    return document(described(cast(Services, None), cast(LayerFiles, None)).routes)


def blocks(described: Json) -> Iterator[Block]:
    """The description as headings, paragraphs, tables and examples, in order."""
    info = described["info"]
    yield "h1", info["title"]
    for paragraph in info["description"].strip().split("\n\n"):
        yield "p", " ".join(paragraph.split())
    for tag in described["tags"]:
        yield "h2", tag["name"].capitalize()
        yield "p", tag["description"]
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(method, path, operation)
    yield "h2", "Failures"
    yield "table", _failures(described)


def _operation(method: str, path: str, operation: Json) -> Iterator[Block]:
    yield "h3", f"{method.upper()} {path}"
    yield "p", f"{operation['summary']}. {' '.join(operation.get('description', '').split())}".strip()
    if operation.get("parameters"):
        rows = [
            (f"`{p['name']}`", p["in"], _type(p["schema"]), p.get("description", "")) for p in operation["parameters"]
        ]
        yield "table", [("parameter", "in", "value", "meaning"), *rows]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "p", f"Body as `{media}`:"
        yield "code", _example(content)
    found = operation["responses"]["200"]
    for media, content in found["content"].items():
        if "example" in content:
            yield "p", f"Answer as `{media}`:"
            yield "code", _example(content)
    statuses = ", ".join(status for status in operation["responses"] if status != "200")
    yield "p", f"Other answers: {statuses}."


def _failures(described: Json) -> list[tuple[str, ...]]:
    rows: dict[str, tuple[str, ...]] = {}
    for operations in described["paths"].values():
        for operation in operations.values():
            for status, found in operation["responses"].items():
                example = found.get("content", {}).get("application/json", {}).get("example", {})
                if "error" in example:
                    rows[status] = (status, f"`{example['error']['code']}`", found["description"])
    return [("status", "code, for example", "meaning"), *(rows[status] for status in sorted(rows))]


def _type(schema: Json) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"several of {_type(schema['items'])}"
    text = str(schema.get("format") or schema.get("type") or "text")
    bounds = [str(schema[key]) for key in ("minimum", "maximum") if key in schema]
    default = f", else {schema['default']}" if schema.get("default") not in (None, "", []) else ""
    return text + (f" {' to '.join(bounds)}" if len(bounds) == 2 else "") + default


def _example(content: Json) -> str:
    example = content["example"]
    if isinstance(example, str):
        return example.replace("\r\n", "\n").rstrip()
    return _FLAT.sub(lambda found: " ".join(found.group().split()), json.dumps(example, ensure_ascii=False, indent=1))


def markdown(described: Json) -> str:
    """docs/api.md."""
    out = [_HEAD]
    for kind, content in blocks(described):
        if kind == "table":
            first, *rows = content
            lines = [first, ("---",) * len(first), *rows]
            out.append("".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines))
        elif kind == "code":
            out.append(f"```\n{content}\n```\n")
        else:
            out.append({"h1": "# ", "h2": "## ", "h3": "### "}.get(kind, "") + content + "\n")
    return "\n".join(out)


def page(described: Json) -> str:
    """The page: one file without script, font or picture from anywhere."""
    body = "\n".join(_element(kind, content) for kind, content in blocks(described))
    title = html.escape(described["info"]["title"])
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    link = '<p><a href="/api/v1/openapi.json">openapi.json</a></p>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{link}\n{body}</body></html>\n'
    )


def _element(kind: str, content: Any) -> str:
    if kind == "code":
        return f"<pre>{html.escape(content)}</pre>"
    if kind == "table":
        first, *rows = content
        lines = [_line("th", first), *(_line("td", row) for row in rows)]
        return f"<table>{''.join(lines)}</table>"
    return f"<{kind}>{_inline(content)}</{kind}>"


def _line(cell: str, row: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{cell}>{_inline(text)}</{cell}>" for text in row) + "</tr>"


def _inline(text: str) -> str:
    """Escaped, with `code` and **bold**."""
    out = html.escape(text, quote=False)
    for mark, tag in (("`", "code"), ("**", "strong")):
        parts = out.split(mark)
        out = "".join(f"<{tag}>{part}</{tag}>" if i % 2 else part for i, part in enumerate(parts))
    return out


if __name__ == "__main__":
    TARGET.write_text(markdown(whole()), encoding="utf-8")
    sys.exit(0)
