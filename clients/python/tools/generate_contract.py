"""
Writes src/stopwise/contract.py from the JSON Schemas that the package ships.

    python clients/python/tools/generate_contract.py [--check]

`--check` writes nothing and exits 1 where the file is out of date.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parents[1]
SCHEMAS = CLIENT.parents[1] / "packages" / "stopwise" / "schemas"
TARGET = CLIENT / "src" / "stopwise" / "contract.py"

Schema = dict[str, Any]

HEADER = '''"""
The public JSON documents as dataclasses.

Written by tools/generate_contract.py from the JSON Schemas of the package: do not edit. Field names are in
snake_case; what a document holds beyond its schema is kept in `extra`, so that nothing is lost on the way
through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Optional, TypedDict, Union

from .record import Record, many
'''

# Names for the members of a union, by the field that only that member must have.
VARIANTS = {"of": "Composite", "threshold": "Single"}
SCALARS = {"string": "str", "number": "float", "integer": "int", "boolean": "bool"}


def snake(name: str) -> str:
    """`datasetSize` as `dataset_size`, and `from` as `from_`."""
    snaked = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)
    return f"{snaked}_" if keyword.iskeyword(snaked) else snaked


def pascal(name: str) -> str:
    """`run-record` and `emLoss` as `RunRecord` and `EmLoss`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[-_]", name))


class Field:
    """One field of a dataclass: its annotation and how its JSON becomes it."""

    def __init__(self, annotation: str, decoder: str = "keep") -> None:
        self.annotation = annotation
        self.decoder = decoder


class Document:
    """Writes the classes of one schema document."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = pascal(name)
        self.schema = schema
        self.written: list[str] = []
        self.by_shape: dict[str, str] = {}
        self.references = self._references()

    def _references(self) -> dict[str, str]:
        """`$ref` to class name; a definition that is the policy schema has the policy's name."""
        own = {"#": self.name}
        for key, definition in self.schema.get("$defs", {}).items():
            branches = definition.get("anyOf", [])
            policy = any("of" in branch.get("properties", {}) for branch in branches)
            own[f"#/$defs/{key}"] = "Policy" if policy else pascal(key.strip("_"))
        return own

    def text(self) -> list[str]:
        for key, definition in self.schema.get("$defs", {}).items():
            if self.references[f"#/$defs/{key}"] != "Policy":
                self._define(self.references[f"#/$defs/{key}"], definition)
        self._define(self.name, self.schema)
        return self.written

    def _define(self, name: str, schema: Schema) -> None:
        if "anyOf" in schema or "oneOf" in schema:
            self._define_union(name, schema.get("anyOf") or schema["oneOf"])
        else:
            self._define_class(name, schema)

    def _define_union(self, name: str, branches: list[Schema]) -> None:
        members = []
        for index, branch in enumerate(branches):
            special = [key for key in branch.get("required", []) if key in VARIANTS]
            member = (VARIANTS[special[0]] if special else f"Variant{index}") + name
            members.append((special[0] if special else "", member))
            self._define_class(member, branch)
        union = ", ".join(member for _, member in members)
        tests = [f'    if "{key}" in value:\n        return {member}.from_json(value)' for key, member in members[:-1]]
        self.written.append(
            f"{name} = Union[{union}]\n\n\n"
            f"def {snake(name[:1].lower() + name[1:])}_from_json(value: Any) -> {name}:\n"
            f'    """Reads a {name} of any kind."""\n'
            + "\n".join(tests)
            + f"\n    return {members[-1][1]}.from_json(value)\n"
        )

    def _define_class(self, name: str, schema: Schema) -> None:
        required = schema.get("required", [])
        properties = schema.get("properties", {})
        ordered = [key for key in properties if key in required] + [key for key in properties if key not in required]
        fields = {key: self._field(name, key, properties[key]) for key in ordered}
        lines = [
            "@dataclass",
            f"class {name}(Record):",
            f'    """{schema.get("description") or sentence(name)}"""',
            "",
        ]
        for key in ordered:
            optional = key not in required
            annotation = fields[key].annotation
            if optional and not annotation.startswith("Optional["):
                annotation = f"Optional[{annotation}]"
            lines.append(f"    {snake(key)}: {annotation}" + (" = None" if optional else ""))
        lines.append("    extra: dict[str, Any] = field(default_factory=dict)")
        lines.append("")
        lines.append("    NAMES: ClassVar[dict[str, str]] = {")
        lines.extend(f'        "{key}": "{snake(key)}",' for key in ordered)
        lines.append("    }")
        lines.append(f"    REQUIRED: ClassVar[tuple[str, ...]] = {tuple(key for key in ordered if key in required)!r}")
        decoders = [(key, fields[key].decoder) for key in ordered if fields[key].decoder != "keep"]
        if decoders:
            lines.append("    DECODERS: ClassVar[dict[str, Any]] = {")
            lines.extend(f'        "{key}": lambda value: {decoder}(value),' for key, decoder in decoders)
            lines.append("    }")
        self.written.append("\n".join(lines).replace("'", '"') + "\n")

    def _field(self, owner: str, key: str, schema: Schema) -> Field:
        if "$ref" in schema:
            name = self.references[schema["$ref"]]
            return Field(name, "policy_from_json" if name == "Policy" else f"{name}.from_json")
        if "anyOf" in schema or "oneOf" in schema:
            return self._union_field(owner, key, schema.get("anyOf") or schema["oneOf"])
        if "enum" in schema:
            return Field("Literal[" + ", ".join(json.dumps(word) for word in schema["enum"]) + "]")
        if "const" in schema:
            return Field(f"Literal[{json.dumps(schema['const'])}]")
        return self._typed_field(owner, key, schema)

    def _typed_field(self, owner: str, key: str, schema: Schema) -> Field:
        kind = schema.get("type")
        if isinstance(kind, list):
            bare = [name for name in kind if name != "null"]
            inner = self._typed_field(owner, key, {**schema, "type": bare[0]}) if len(bare) == 1 else Field("Any")
            return Field(f"Optional[{inner.annotation}]", inner.decoder) if "null" in kind else inner
        if kind == "array":
            inner = self._field(owner, key.rstrip("s") or key, schema.get("items", {}))
            decoder = "keep" if inner.decoder == "keep" else f"many({inner.decoder})"
            return Field(f"list[{inner.annotation}]", decoder)
        if kind == "object" and schema.get("properties"):
            return self._nested_field(owner, key, schema)
        return Field("dict[str, Any]") if kind == "object" else Field(SCALARS.get(str(kind), "Any"))

    def _nested_field(self, owner: str, key: str, schema: Schema) -> Field:
        shape = json.dumps(schema, sort_keys=True)
        if shape not in self.by_shape:
            name = owner + pascal(key)
            self.by_shape[shape] = name
            self._define_class(name, schema)
        name = self.by_shape[shape]
        return Field(name, f"{name}.from_json")

    def _union_field(self, owner: str, key: str, branches: list[Schema]) -> Field:
        bare = [branch for branch in branches if branch.get("type") != "null"]
        nullable = len(bare) < len(branches)
        if len(bare) == 1:
            inner = self._field(owner, key, bare[0])
            return Field(f"Optional[{inner.annotation}]", inner.decoder) if nullable else inner
        if all(branch.get("type") in SCALARS for branch in bare):
            union = "Union[" + ", ".join(self._field(owner, key, branch).annotation for branch in bare) + "]"
            return Field(f"Optional[{union}]" if nullable else union)
        return Field("Any")


def sentence(name: str) -> str:
    """A docstring for a class whose schema has none."""
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: " " + match.group(1).lower(), name)
    return f"{words[:1].upper()}{words[1:]}, as in the JSON Schema."


def facts(task: Schema) -> str:
    """The keyword arguments that tell a task."""
    document = Document("task", task)
    lines = [
        "class TaskFacts(TypedDict, total=False):",
        '    """The task as keyword arguments; unknown facts are left out."""',
        "",
    ]
    for key, schema in task["properties"].items():
        annotation = document._field("Task", key, schema).annotation
        if annotation in ("float", "Optional[float]"):
            annotation = "Union[float, str, None]"
        lines.append(f"    {snake(key)}: {annotation}")
    return "\n".join(lines) + "\n"


def generate() -> str:
    """The text of contract.py."""
    documents = {path.name.split(".")[0]: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.schema.json")}
    # The policy first: others refer to it.
    names = sorted(documents, key=lambda name: (name != "policy", name))
    parts = [part for name in names for part in Document(name, documents[name]).text()]
    parts.append(facts(documents["task"]))
    return HEADER + "".join(f"\n\n{part}" for part in parts)


def main() -> int:
    text = generate()
    if "--check" in sys.argv[1:]:
        same = TARGET.is_file() and TARGET.read_text("utf-8") == text
        print("contract.py is up to date" if same else "contract.py is out of date; run tools/generate_contract.py")
        return 0 if same else 1
    TARGET.write_text(text, "utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
