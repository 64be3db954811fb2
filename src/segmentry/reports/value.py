"""Value: what is measured, by which model, why, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Grid, Heading, Notice, Picture, Section, Text
from segmentry.reports.told import Told, is_estimate, refusal, sentence

STATUS = {
    "failed": "Does not hold",
    "warned": "Read with care",
    "not_checked": "Could not be checked",
    "passed": "In\u00a0order",
}
"""Status of a check, in words, the gravest first."""


def section(told: Told) -> Section:
    """The section on value."""
    clv = told.get("clv")
    reason = refusal(clv)
    checks = _checks(clv.get("checks") or []) if isinstance(clv, Mapping) else []
    if reason is not None or not isinstance(clv, Mapping):
        blocks: list[Block] = [Notice("Future value is not known", (sentence(reason or "Nothing was told"),))]
        return Section("value", "Value", [*blocks, *_check_grid(told, checks)])
    blocks = [Text(_measure(told, clv)), *_total(told), *_warnings(checks)]
    blocks += [Heading("Model and why"), Text(_model(clv)), _parameters(told, clv), *_check_grid(told, checks)]
    blocks += [Heading("Does the model hold?"), *_tracking(told), Picture("purchase_tracking")]
    blocks += [Picture("frequency_fit"), Picture("activity_probability"), Picture("recency_frequency")]
    return Section("value", "Value", blocks)


def _measure(told: Told, clv: Mapping[str, Any]) -> str:
    discount = told.share(clv.get("annual_discount"), 1)
    kept = told.share(clv.get("kept_share"), 1)
    margin = clv.get("margin")
    ending = (
        f"Amounts placed are reduced to the {kept} that customers keep after returns, each by own returns as far as "
        f"they tell. Future values count for less: {discount} a year. New customers are not counted."
    )
    if clv.get("measure") == "clv" and isinstance(margin, Mapping) and "rate" in margin:
        return (
            f"Value is customer lifetime value (CLV): the margin that today's customers are expected to bring over "
            f"{told.horizon}. The margin is {told.share(margin['rate'], 1)} of net revenue "
            f"(source: {margin.get('source', 'not told')}); cost-to-serve is not taken off. {ending}"
        )
    reason = refusal(margin) or "no margin is known"
    return (
        f"Value is expected discounted revenue: the net revenue that today's customers are expected to bring over "
        f"{told.horizon}. It is not a customer lifetime value (CLV), which needs a margin: {sentence(reason)} {ending}"
    )


def _total(told: Told) -> list[Block]:
    mean, outcome = told.get("clv.total.mean"), told.get("clv.total.outcome")
    if not is_estimate(mean):
        reason = told.reason("clv.total") or told.reason("clv.total.mean")
        return [Notice("The value of the whole base is not known", (sentence(reason or "Nothing was told"),))]
    equity = told.get("customer_equity.current_customers")
    rows = [("Expected value of all customers", told.amount(mean["estimate"]), told.interval(mean), told.level(mean))]
    if is_estimate(outcome):
        row = ("What will be seen", told.amount(outcome["estimate"]), told.interval(outcome), told.level(outcome))
        rows.append(row)
    if is_estimate(equity):
        row = (
            "Customer equity: today's customers",
            told.amount(equity["estimate"]),
            told.interval(equity),
            told.level(equity),
        )
        rows.append(row)
    columns = ("What", f"Estimate ({told.unit})\t", "Interval\t", "Level\t")
    blocks: list[Block] = [Grid(f"All customers together, over {told.horizon}", columns, tuple(rows))]
    reason = refusal(outcome)
    if reason is not None:
        blocks.append(Notice("What will be seen has no interval", (sentence(reason),)))
    return blocks


def _checks(found: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Checks without repeats, the gravest first."""
    distinct = {(each["name"], each["text"]): each for each in found}
    order = list(STATUS)
    return sorted(distinct.values(), key=lambda each: order.index(each["status"]) if each["status"] in order else 0)


def _warnings(checks: list[Mapping[str, Any]]) -> list[Block]:
    lines = tuple(
        f"{sentence(str(each['text']))}{_advice(each)}" for each in checks if each["status"] in ("failed", "warned")
    )
    return [Notice("Read these estimates with care", lines, "care")] if lines else []


def _advice(check: Mapping[str, Any]) -> str:
    advice = str(check.get("suggestion") or "")
    return f" What may help: {advice}." if advice else ""


def _check_grid(told: Told, checks: list[Mapping[str, Any]]) -> list[Block]:
    if not checks:
        return []
    rows = tuple(
        (
            str(each["name"]).replace("_", " ").capitalize(),
            STATUS.get(each["status"], str(each["status"])),
            f"{sentence(str(each['text']))}{_advice(each)}",
        )
        for each in checks
    )
    return [Grid("Checks of the data and the model", ("Check", "Result", "What was found"), rows)]


def _model(clv: Mapping[str, Any]) -> str:
    spend = clv.get("spend")
    told = " ".join(sentence(str(each)) for each in clv.get("reasons") or [])
    reason = refusal(spend)
    money = (
        f"No model of spending could be used: {sentence(reason)}"
        if reason is not None
        else f"What a purchase day is worth comes from the {spend.get('model')} model."
        if isinstance(spend, Mapping)
        else ""
    )
    model = clv.get("model")
    return f"When customers buy, and whether they still do, comes from the {model} model. {told} {money}".strip()


def _parameters(told: Told, clv: Mapping[str, Any]) -> Grid:
    spend = clv.get("spend")
    models = [(str(clv.get("model")), clv)]
    if isinstance(spend, Mapping) and "parameters" in spend:
        models.append((str(spend.get("model")), spend))
    rows = tuple(
        (model, name, told.write.significant(float(value), 4), _error(told, found, name))
        for model, found in models
        for name, value in (found.get("parameters") or {}).items()
    )
    columns = ("Model", "Parameter", "Estimate\t", "Standard error\t")
    return Grid(f"Parameters; time in {clv.get('time_unit', 'periods')}", columns, rows, folded=True)


def _error(told: Told, found: Mapping[str, Any], name: str) -> str:
    value = (found.get("standard_errors") or {}).get(name)
    return told.write.significant(float(value), 3) if isinstance(value, int | float) else "not estimable"


def _tracking(told: Told) -> list[Block]:
    tracking = told.get("clv.tracking")
    reason = refusal(tracking)
    if reason is not None:
        return [Notice("The model could not be tried on weeks it had not seen", (sentence(reason),))]
    if not isinstance(tracking, Mapping):
        return []
    errors = {name: tracking.get(f"{name}_error") for name in ("cumulative", "incremental", "total")}
    text = (
        f"The model was fitted anew on the first {told.count(tracking.get('calibration_weeks'))} weeks and had to "
        f"forecast the last {told.count(tracking.get('holdout_weeks'))}. Cumulated repeat purchases were off by "
        f"{_share_or_reason(told, errors['cumulative'])} on average, single weeks by "
        f"{_share_or_reason(told, errors['incremental'])}, and the total was {_too_much(told, errors['total'])}."
    )
    return [Text(text)]


def _too_much(told: Told, value: Any) -> str:
    """A signed share of what was seen, in words."""
    if not isinstance(value, float):
        return _share_or_reason(told, value)
    return f"{told.share(abs(value), 1)} too {'high' if value > 0 else 'low'}"


def _share_or_reason(told: Told, value: Any) -> str:
    reason = refusal(value)
    return f"an amount that is not known ({reason})" if reason is not None else told.share(value, 1)
