"""The contract of a suite's role as a page: what a driver can be asked, and what it answers.

Reads the contract's JSON Schema alone, so that page and schema cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GENERATED = "<!-- Made by `interop driver contract {key}` from the suite's contract.py: change that. -->"


def render(schema: Mapping[str, Any], *, suite: str, role: str, capabilities: Mapping[str, str]) -> str:
    """Return the page in Markdown; `capabilities` are what a driver may declare, with their meaning."""
    key = f"{suite}.{role}"
    lines = [
        _GENERATED.format(key=key),
        "",
        f"# The contract of `{key}`",
        "",
        schema["description"],
        "",
        "Bytes are base64 in JSON; a field with a default may be left out; what may be missing is `null`.",
        "",
        "## Operations",
        "",
        "| operation | answers with | every driver has it |",
        "| --- | --- | --- |",
    ]
    for name, method in schema["methods"].items():
        given = ", ".join(method["params"]["properties"])
        required = "yes" if method["required"] else "no"
        lines.append(f"| [`{name}({given})`](#{name}) | {_kind(method['result'])} | {required} |")
    for name, method in schema["methods"].items():
        lines += ["", f"### {name}", "", method["description"]]
        if method["params"]["properties"]:
            lines += ["", *_fields(method["params"], "parameter")]
        lines += ["", f"Answers with {_kind(method['result'])}."]
    if capabilities:
        lines += ["", "## Capabilities", "", "What a driver does not declare, it is not asked for.", ""]
        lines += ["| word | the implementation … |", "| --- | --- |"]
        lines += [f"| `{word}` | {_cell(meaning)} |" for word, meaning in capabilities.items()]
    lines += ["", "## Shapes"]
    for name, shape in schema["$defs"].items():
        lines += ["", f"### {name}", "", shape.get("description", "").strip()]
        if "enum" in shape:
            lines += ["", f"One of {_choices(shape['enum'])}."]
        elif shape.get("properties"):
            lines += ["", *_fields(shape, "field")]
    return "\n".join(lines) + "\n"


def _fields(shape: Mapping[str, Any], what: str) -> list[str]:
    rows = [f"| {what} | kind | default | |", "| --- | --- | --- | --- |"]
    required = shape.get("required", ())
    for name, field in shape["properties"].items():
        default = "" if name in required else f"`{_json(field.get('default'))}`"
        rows.append(f"| `{name}` | {_kind(field)} | {default} | {_cell(field.get('description', ''))} |")
    return rows


def _kind(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        words = f"[{name}](#{name.lower()})"
    elif "anyOf" in schema:
        words = " or ".join(_kind(each) for each in schema["anyOf"])
    elif "enum" in schema:
        words = _choices(schema["enum"])
    elif schema.get("type") == "array":
        items = schema.get("prefixItems") or [schema.get("items") or {}]
        words = f"array of {', '.join(_kind(each) for each in items)}"
    elif "additionalProperties" in schema:
        words = f"object of {_kind(schema['additionalProperties'])}"
    elif schema.get("contentEncoding") == "base64":
        words = "bytes"
    else:
        words = str(schema.get("type") or schema.get("title") or "anything")
    return words


def _choices(values: list[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _json(value: Any) -> str:
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, str):
        return f'"{value}"'
    return str(value) if not isinstance(value, dict) or not value else "{…}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
