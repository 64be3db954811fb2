"""Reading the document: values, estimates with their intervals, and refusals, put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from segmentry.charts import Writer
from segmentry.reports.pen import Pen

REFUSED = "not_estimable"
UNKNOWN = "not told"
RULES = "rfm"
"""The segmentation that stands in where none was found."""


class Told:
    """The document of the main job with the writer of its locale and currency.

    Attributes:
        document: The object of ``segmentry run --json``.
        write: Writes its numbers.
    """

    def __init__(self, document: Mapping[str, Any], locale: str) -> None:
        self.document = document
        currency = document.get("currency")
        self.write = Writer(locale, currency if isinstance(currency, str) else None)

    def get(self, path: str) -> Any:
        """The value at a dotted path; None where a part of it is missing."""
        found: Any = self.document
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def reason(self, path: str) -> str | None:
        """Why the value at ``path`` was refused; None where it was not."""
        return refusal(self.get(path))

    @property
    def as_of(self) -> str:
        """The as-of in the workspace's zone, the zone named."""
        text = self.get("as_of")
        if not isinstance(text, str):
            return "an instant that was not told"
        return self.pen.moment(text)

    @property
    def pen(self) -> Pen:
        """Writes days and instants in the workspace's zone."""
        return Pen(self.write, str(self.get("timezone") or "UTC"))

    @property
    def found(self) -> str | None:
        """Name of the segmentation found in the data; None where rules stand in or nothing was looked for."""
        name = self.get("segmentation.name")
        return name if isinstance(name, str) and name != RULES else None

    @property
    def measure(self) -> str:
        """What value means here, in words."""
        return "customer lifetime value (CLV)" if self.get("clv.measure") == "clv" else "expected discounted revenue"

    @property
    def horizon(self) -> str:
        """How far ahead value looks, in words."""
        months = self.get("clv.horizon_months")
        return "the horizon" if months is None else f"the next {months} months"

    @property
    def unit(self) -> str:
        """The currency, or ``currency units``."""
        return self.write.unit

    def money(self, value: Any) -> str:
        """An amount given as number or decimal text; the reason where it was refused."""
        reason = refusal(value)
        if reason is not None:
            return f"not estimable: {reason}"
        return UNKNOWN if value is None else self.write.money(float(value))

    def amount(self, value: Any) -> str:
        """The same for a cell under a head that names the unit."""
        return self.write.amount(float(value)) if isinstance(value, int | float | str) else self.money(value)

    def counted(self, count: int, thing: str) -> str:
        """A count with its noun, in the singular for one."""
        return f"{self.count(count)} {thing if count == 1 else thing + 's'}"

    def count(self, value: Any) -> str:
        """A count; ``not told`` where there is none."""
        return UNKNOWN if not isinstance(value, int | float) else self.write.number(value)

    def share(self, value: Any, digits: int = 0) -> str:
        """A share from 0 to 1 as a percentage."""
        return UNKNOWN if not isinstance(value, int | float) else self.write.percent(value, digits)

    def interval(self, estimate: Any) -> str:
        """Both ends of an estimate's interval as amounts; the reason where it was refused."""
        reason = refusal(estimate)
        if reason is not None:
            return f"not estimable: {reason}"
        if not is_estimate(estimate):
            return UNKNOWN
        return f"{self.write.amount(estimate['low'])} to\u00a0{self.write.amount(estimate['high'])}"

    def level(self, estimate: Any) -> str:
        """Coverage of an estimate's interval as a percentage."""
        return self.write.percent(float(estimate.get("level", 0.95)))


def refusal(value: Any) -> str | None:
    """The reason of a refused value; None for any other value."""
    if isinstance(value, Mapping) and REFUSED in value:
        return str(value[REFUSED])
    return None


def is_estimate(value: Any) -> bool:
    """Whether a value is an estimate with an interval."""
    return isinstance(value, Mapping) and {"estimate", "low", "high"} <= value.keys()


def refusals(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every refusal in a document, with the path to it."""
    reason = refusal(value)
    if reason is not None:
        yield path, reason
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from refusals(item, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from refusals(item, path)


def sentence(text: str) -> str:
    """A text with a capital at its head and a stop at its end."""
    trimmed = text.strip()
    if not trimmed:
        return ""
    closed = trimmed if trimmed[-1] in ".!?:" else trimmed + "."
    return closed[0].upper() + closed[1:]
