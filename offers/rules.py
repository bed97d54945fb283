r"""Eligibility rules in CEL, the Common Expression Language: compiled once, judged for one customer.

A rule sees ``customer``, ``context``, ``channel`` and ``conversation`` and nothing else; it cannot loop for
ever, call out or change anything. What it cannot decide, above all because a field is missing, is unknown,
and unknown is not eligible. As in CEL, ``false && unknown`` is false and ``true || unknown`` is true, on
either side.

Why ``common-expression-language`` (module ``cel``, version 0.10) and not ``cel-python`` (0.5): both leave a
missing field unknown and absorb it alike, but cel-python also leaves ``31 >= 30.5``, ``31 == 31.0`` and
``"x" == 3`` unknown, where JSON gives whole numbers as int. One verdict took 0.4 µs against 305 µs; import
0.2 s each. Known limits of ``cel``: ``size("é")`` counts bytes, and arithmetic does not mix whole and
fractional numbers (``double(customer.months) * 1.5``), which CEL's standard does not either.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol, cast

import cel


class RuleError(ValueError):
    """A rule that cannot be read; the message says why.

    Attributes:
        column: Where in the rule, from 1.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


class Verdict(StrEnum):
    """What a rule says of a customer."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and for an unknown one the field that was missing, such as ``customer.age``, if known."""

    verdict: Verdict
    missing: str | None = None


class _Program(Protocol):
    def execute(self, context: object) -> object: ...
    def variables(self) -> list[str]: ...
    def functions(self) -> list[str]: ...


_compile = cast("Callable[[str], _Program]", cel.compile)
_context = cast("Callable[[dict[str, object]], object]", cel.Context)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that has been read; equal when the text is.

    Attributes:
        source: As the catalog says it.
        loops: How many ``exists``, ``all``, ``map`` and ``filter`` it has.
        depth: How deep they are nested, and more where they build lists: the power of the record's size
            that their work grows with.
    """

    source: str
    loops: int
    depth: int
    program: _Program = field(compare=False, repr=False)

    def steps(self, values: int) -> int:
        """Return how many steps its loops may take at most over a record of so many values."""
        return self.loops * (values + self.source.count(",")) ** self.depth


ROOTS = ("customer", "context", "channel", "conversation")
LONGEST_RULE = 2_000
"""Characters."""
DEEPEST_LOOP = 2
MOST_STEPS = 200_000
"""Steps of loops beyond which a rule is not tried; as many took 0.1 s."""

_LOOPS = frozenset({"exists", "exists_one", "all", "map", "filter"})
_TYPES = frozenset({"int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type"})
_OF_TEXT = frozenset({"size", "contains", "startsWith", "endsWith", "matches"})
_OF_TIME = frozenset({"timestamp", "duration", "getFullYear", "getMonth", "getDate", "getDayOfMonth"})
_OF_DAY = frozenset(
    {"getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds"}
)
_CONVERSIONS = frozenset({"int", "uint", "double", "string", "bytes", "type", "dyn"})
_FUNCTIONS = _LOOPS | _OF_TEXT | _OF_TIME | _OF_DAY | _CONVERSIONS | {"has"}
_STRING = re.compile(r"""[rR]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_LOOP = re.compile(r"\.\s*(?:exists|exists_one|all|map|filter)\s*\(\s*(?P<name>\w+)?|[()]")
_PLACE = re.compile(r"<input>:(?P<line>\d+):(?P<column>\d+): (?:Syntax error: )?(?P<said>.*)")


def compile_rule(source: str) -> Rule:
    """Read a rule.

    Raises:
        RuleError: It is not CEL, or uses a name or function that rules do not have.
    """
    if len(source) > LONGEST_RULE:
        raise RuleError(f"longer than {LONGEST_RULE} characters", LONGEST_RULE + 1)
    try:
        program = _compile(source)
    except ValueError as error:
        raise _syntax_error(source, str(error)) from None
    bare = _STRING.sub(lambda text: '"' + "_" * (len(text[0]) - 2) + '"', source)
    bound, depth = _loops(bare)
    if depth > DEEPEST_LOOP:
        raise RuleError(f"loops nested more than {DEEPEST_LOOP} deep", 1)
    _require(bare, program.variables(), frozenset(ROOTS) | bound | _TYPES, "name", ROOTS)
    called = [name for name in program.functions() if name.isidentifier() and not name.startswith("_")]
    _require(bare, called, _FUNCTIONS, "function", tuple(_FUNCTIONS))
    loops = sum(found[0] not in "()" for found in _LOOP.finditer(bare))
    # What is built is copied at each step: a filter keeps parts of the record, a map may hold it whole.
    copies = 2 if ".map" in bare else int(".filter" in bare)
    return Rule(source, loops, depth + copies, program)


def _syntax_error(source: str, said: str) -> RuleError:
    place = _PLACE.search(said)
    if place is None:
        return RuleError(f"cannot be read: {source!r}", 1)
    why = re.sub(r" expecting \{.*", "", place["said"]).replace("<EOF>", "the end")
    odd = re.search(r"'(\S+)\s*'", why)
    meant = _MEANT.get(odd[1].lower()) if odd else None
    hint = f"; did you mean '{meant}'?" if meant else ""
    before = source.split("\n")[: int(place["line"]) - 1]
    column = sum(len(line) + 1 for line in before) + int(place["column"])
    return RuleError(why + hint, min(column, len(source) + 1))


_MEANT = {"and": "&&", "or": "||", "=": "==", "=>": ">=", "=<": "<=", "<>": "!=", "&": "&&", "|": "||"}
"""What people write who know other languages."""


def _loops(bare: str) -> tuple[frozenset[str], int]:
    """Names that loops bind, and how deep loops are nested."""
    names: set[str] = set()
    open_brackets: list[bool] = []
    deepest = 0
    for found in _LOOP.finditer(bare):
        if found[0] == ")":
            open_brackets = open_brackets[:-1]
            continue
        open_brackets.append(found[0] != "(")
        names.add(found["name"] or "")
        deepest = max(deepest, sum(open_brackets))
    return frozenset(names), deepest


def _require(bare: str, used: list[str], known: frozenset[str], what: str, offered: tuple[str, ...]) -> None:
    for name in used:
        if name not in known:
            found = re.search(rf"(?<![\w.]){re.escape(name)}\b|\b{re.escape(name)}\b", bare)
            likely = get_close_matches(name, sorted(offered), 1)
            hint = f"; did you mean '{likely[0]}'?" if likely else f"; there is {', '.join(sorted(offered))}"
            raise RuleError(f"unknown {what} '{name}'{hint}", found.start() + 1 if found else 1)


class Judge:
    """Judges rules for one customer in one conversation.

    The facts are taken over once, so that a whole catalog's rules cost microseconds.
    """

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._values = 0
        self._context = None
        # What is not JSON, or nested beyond reason, decides nothing.
        with suppress(ValueError, RecursionError):
            self._values = _count(facts)
            self._context = _context(dict(facts))

    def judge(self, rule: Rule | None) -> Judgement:
        """Return the verdict; without a rule everyone is eligible."""
        if rule is None:
            return Judgement(Verdict.ELIGIBLE)
        if self._context is None or (rule.steps(self._values) > MOST_STEPS):
            return Judgement(Verdict.UNKNOWN)
        try:
            answer = rule.program.execute(self._context)
        except KeyError as error:
            return Judgement(Verdict.UNKNOWN, _full_name(rule.source, str(error.args[0])))
        except (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError):
            return Judgement(Verdict.UNKNOWN)
        if not isinstance(answer, bool):
            return Judgement(Verdict.UNKNOWN)
        return Judgement(Verdict.ELIGIBLE if answer else Verdict.NOT_ELIGIBLE)


def _full_name(source: str, name: str) -> str:
    found = re.search(rf"(?:\w+\.)+{re.escape(name)}\b", source)
    return found[0] if found else name


def _count(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(_count(part) for part in cast("Mapping[object, object]", value).values())
    if isinstance(value, list | tuple):
        return sum(_count(part) for part in cast("list[object]", value))
    return 1
