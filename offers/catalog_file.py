"""YAML as a catalog's author wrote it: plain values, and the line of each, so that errors can point at it.

Read by YAML 1.2's core schema, as authors expect: ``no``, ``on`` and ``2026-11-01`` stay text, numbers and
``true``/``false`` do not. Anchors, aliases, tags and duplicate keys are refused: a catalog says each thing
once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import compile as pattern
from typing import cast

import yaml

Path = tuple[str | int, ...]
"""Where a value stands: keys and, from 0, positions in lists, such as ``("offers", 3, "price")``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a catalog.

    Attributes:
        path: The value it is wrong with; empty for the whole file.
        message: What is wrong and how to mend it.
        line: From 1; None where it is the line of the path.
    """

    path: Path
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file's plain values with their places.

    Attributes:
        entries: Mappings, lists, text, numbers, truth values and None.
        lines: Line, from 1, of every value and, for mappings, of its key.
        faults: What could not be read; the values around it are still there.
    """

    entries: object
    lines: dict[Path, int]
    faults: tuple[Problem, ...]

    def line(self, path: Path) -> int:
        """Return the line of the value at the path, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.CSafeLoader):
    """Knows the core schema's scalars only.

    On libyaml, which PyYAML's wheels bring: PyYAML's own parser refuses a question in a list, [Really?].
    """


_Loader.yaml_implicit_resolvers = {}
for _tag, _text, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", pattern(_text), _first)  # pyright: ignore[reportUnknownMemberType]  # the stubs leave it untyped

_PREFIX = "tag:yaml.org,2002:"


def read_yaml(text: str) -> Document:
    """Read one YAML document; never raises, what is wrong comes back as faults."""
    try:
        faults = list(_unread_parts(text))
        root = None if faults else yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        return Document(None, {}, (_syntax_fault(error),))
    except UnicodeError:
        return Document(None, {}, (Problem((), "not text: a lone surrogate", 1),))
    reading = _Reading({}, faults)
    entries = None if root is None else reading.value(root, ())
    if entries is None and not faults:
        faults.append(Problem((), "the file is empty", 1))
    return Document(entries, reading.lines, tuple(faults))


def _unread_parts(text: str) -> Iterator[Problem]:
    """What must not reach the composer: it would run out of stack, or multiply a few lines into gigabytes."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        line = cast("yaml.Mark", event.start_mark).line + 1
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            yield Problem((), f"nested more than {_DEEPEST} deep", line)
            return
        if getattr(event, "anchor", None):
            yield Problem((), "anchors and aliases are not read; write the value out again", line)


_DEEPEST = 20
"""Levels; a catalog has six."""


def _syntax_fault(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem((), f"not YAML: {said}", getattr(mark, "line", 0) + 1)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Turns nodes into plain values, noting lines and faults on the way."""

    lines: dict[Path, int]
    faults: list[Problem]

    def value(self, node: yaml.Node, path: Path) -> object:
        self.lines.setdefault(path, _line(node))
        tag = node.tag.removeprefix(_PREFIX)
        match node:
            case yaml.MappingNode() if tag == "map":
                return self._mapping(node, path)
            case yaml.SequenceNode() if tag == "seq":
                return [self.value(child, (*path, number)) for number, child in enumerate(node.value)]
            case yaml.ScalarNode() if tag in _SCALARS:
                return self._scalar(tag, node, path)
            case _:
                self.faults.append(Problem(path, f"the tag {node.tag} is not read"))
                return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Problem(path, "a key must be a plain word", _line(key_node)))
                continue
            key = cast("str", key_node.value)
            if key in values:
                message = f"duplicate key, first on line {self.lines[(*path, key)]}"
                self.faults.append(Problem((*path, key), message, _line(key_node)))
                continue
            self.lines[(*path, key)] = _line(key_node)
            values[key] = self.value(value_node, (*path, key))
        return values

    def _scalar(self, tag: str, node: yaml.ScalarNode, path: Path) -> object:
        try:
            return _SCALARS[tag](cast("str", node.value))
        except ValueError:
            self.faults.append(Problem(path, "not a number that can be read"))
            return None


_SCALARS: dict[str, Callable[[str], object]] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1
