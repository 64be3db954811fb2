"""Texts of the rules of leads as definitions, every mistake told with the section and the number of its rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.conditions import Rule
from segmentry.segments.compiler import definition_problems
from segmentry.segments.dependencies import traits_of
from segmentry.segments.errors import DefinitionError
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.reading import Reading, read
from segmentry.segments.leading.tables import RULE_TRAITS
from segmentry.segments.tree import Definition, InSegment, Moved, walk
from segmentry.terms.errors import Problem, shorten
from segmentry.terms.vocabulary import Kind

SECTIONS = ("qualified", "routes")
"""Sections of ``[leads]`` whose rules may hold a text."""


@dataclass(frozen=True)
class RuleText:
    """The text of one rule, read.

    Attributes:
        where: Its place in the settings.
        definition: The text as a definition of prospects.
        reading: The same with the places of its nodes.
    """

    where: str
    definition: Definition
    reading: Reading


def text_id(section: str, number: int) -> str:
    """Id of the definition that a rule's text stands for.

    Args:
        section: ``qualified`` or ``routes``.
        number: Number of the rule, the first being 1.
    """
    return f"{section}_{number}"


def read_texts(spec: LeadSpec, timezone: str = "UTC") -> tuple[list[RuleText], list[Problem]]:
    """The texts that can be read, and every mistake of the others.

    Args:
        spec: The rules.
        timezone: IANA zone in which their days and windows are read.
    """
    found: list[RuleText] = []
    problems: list[Problem] = []
    for section in SECTIONS:
        rules: Sequence[Rule] = getattr(spec, section)
        for number, rule in enumerate(rules, 1):
            place = f"[[leads.{section}]] {number}, where"
            if not rule.where:
                continue
            try:
                reading = read(rule.where)
            except DefinitionError as error:
                problems += [replace(each, where=f"{place}, {each.where}") for each in error.problems]
                continue
            id_ = text_id(section, number)
            definition = Definition(id_, id_, reading.condition, timezone=timezone, kinds=(Kind.PROSPECT,))
            one = RuleText(place, definition, reading)
            own = list(_refusals(one))
            problems += own
            found += [] if own else [one]
    return found, problems


def _refusals(text: RuleText) -> Iterator[Problem]:
    """What no rule may ask for: segments, which are evaluated after it and may lean on it, and its own answer."""
    for node in walk(text.definition.where):
        if isinstance(node, InSegment | Moved):
            what = "A rule of leads cannot ask for segments, as these are evaluated after it and may ask for it"
            next_step = "Write what the segment means into the rule, or make the rule a segment."
            place = f"{text.where}, {text.reading.place(node)}".rstrip(", ")
            yield Problem("RULE_NAMES_SEGMENT", what, place, shorten(node.segment), next_step)
    for name in traits_of(text.definition.where):
        if name in {each.name for each in RULE_TRAITS}:
            what = "A rule of leads cannot ask for what the rules say"
            yield Problem("RULE_NAMES_ITSELF", what, text.where, name, "Ask for it in a segment.")


def unfit(texts: Sequence[RuleText], inputs: Inputs) -> list[Problem]:
    """What keeps texts from being evaluated over these tables: unknown traits, values that do not fit, missing tables.

    Args:
        texts: The texts.
        inputs: The tables.
    """
    found = []
    for text in texts:
        places = {node: f"{text.where}, {place}" for node, place in text.reading.places.items()}
        for problem in definition_problems(text.definition, inputs, places):
            known = problem.where.startswith("[[")
            found.append(problem if known else replace(problem, where=text.where))
    return found
