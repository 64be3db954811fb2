"""Wrong compilers, each wrong in one place: whoever proves the right one must find each of them out.

A mutant is a piece of source and what stands in its place. The changed source is run aside, and the code of the changed
functions is put into the real ones, so that it does not matter who has imported them. Where a piece is no longer found,
the compiler was rewritten, and the mutant must be named anew.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import yaml


@dataclass(frozen=True)
class Mutant:
    """One wrong compiler.

    Attributes:
        name: What it does wrong.
        module: Where, below ``segmentry``.
        right: The piece of source, found there once.
        wrong: What stands in its place.
        form: Form of leaf that shows it.
    """

    name: str
    module: str
    right: str
    wrong: str
    form: str


PATH = Path(__file__).with_name("mutants.yaml")


def read() -> list[Mutant]:
    """All mutants, those without which no proof is one first."""
    told = yaml.safe_load(PATH.read_text(encoding="utf8"))
    return [Mutant(each["name"], each["in"], each["right"], each["wrong"], each["shown by"]) for each in told]


MUTANTS = read()
NAMED = MUTANTS[:6]
"""Those without which no proof is one."""


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """The compiler with one thing wrong, for a while."""
    module = importlib.import_module(f"segmentry.{mutant.module}")
    changed = list(_changed(module, mutant))
    before = [function.__code__ for function, _ in changed]
    assert changed, f"{mutant.name}: no function changed"
    for function, code in changed:
        function.__code__ = code
    try:
        yield
    finally:
        for (function, _), code in zip(changed, before, strict=True):
            function.__code__ = code


def _changed(module: ModuleType, mutant: Mutant) -> Iterator[tuple[FunctionType, CodeType]]:
    source = inspect.getsource(module)
    assert source.count(mutant.right) == 1, f"{mutant.name}: {mutant.right!r} stands {source.count(mutant.right)} times"
    aside = ModuleType(module.__name__)
    aside.__file__ = module.__file__
    exec(compile(source.replace(mutant.right, mutant.wrong), str(module.__file__), "exec"), vars(aside))
    for name, function in _functions(module):
        found = _at(aside, name).__code__
        if found != function.__code__:
            yield function, found


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", "") != module.__name__:
            continue
        if isinstance(thing, FunctionType):
            yield name, thing
        elif isinstance(thing, type):
            methods = {key: each for key, each in vars(thing).items() if isinstance(each, FunctionType)}
            yield from ((f"{name}.{key}", each) for key, each in methods.items() if each.__module__ == module.__name__)


def _at(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def killed(mutant: Mutant, differ: Callable[[int, str], bool], most: int = 30) -> int | None:
    """The number of small batches after which a mutant is found out; None if it survives ``most`` of them.

    Args:
        mutant: The mutant.
        differ: Whether compiler and referee differ over the batch of a seed, made of leaves of a form.
        most: Batches to try.
    """
    with mutated(mutant):
        return next((seed + 1 for seed in range(most) if differ(seed, mutant.form)), None)
