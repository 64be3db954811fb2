"""The guided study as a person reads it in a terminal."""

from __future__ import annotations

from typing import Any

from segmentry.interfaces.cli.printing import Form, line, print_json, print_table
from segmentry.workspace.results import DocumentResult

Found = dict[str, Any]


def _object(result: DocumentResult, form: Form) -> Found | None:
    """The document, or None where it was printed for machines."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return None
    return found


def data(result: DocumentResult, form: Form) -> None:
    """Every kind of data with its state, what a gap costs, and the plan."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {found['as_of']}. Objective: {_words(found['objective'])}. {found['customers']:,} customers.")
        _inventory(found)


def _inventory(found: Found) -> None:
    head = ("Data", "For it", "State", "Rows", "Covers", "Latest")
    rows = [
        (
            each["table"], each["strength"], each["state"], f"{each['rows']:,}", _share(each["coverage"]),
            each["latest"] or "–",
        )
        for each in found["data"]
    ]  # fmt: skip
    print_table("What the objective needs", head, rows)
    for each in found["data"]:
        if each["plan"] is not None and each["strength"] == "needed":
            plan = each["plan"]
            line(f"{each['table']} ({each['state']}): {each['gap_costs']}")
            line(f"  collect: {plan['method']} Owner: {plan['owner'] or '–'}; cost: {_figure(plan['cost'])};")
            line(f"  refresh on {plan['refresh_on']}.")
    for each in found["to_settle"]:
        line(f"To settle: {each}")


def recommended(result: DocumentResult, form: Form) -> None:
    """Bases, variables, method, sample and what is not offered."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {found['as_of']}. Objective: {_words(found['objective'])}. {found['customers']:,} customers.")
        for each in found["bases"]:
            line(f"  {each['basis']:<14} {each['state']:<16} {each['reason']}")
        line("Variables: " + (", ".join(each["trait"] for each in found["variables"]) or "none that would serve"))
        line(f"Method: {_words(found['method']['method'])}. {found['method']['reason']}")
        for each in found["sample"]["rules"]:
            line(f"  {'met' if each['met'] else 'NOT met':<8} {each['rule']}: {each['needed']:,}")
        for each in found["not_offered"]:
            line(f"  not offered: {each['trait']}, {each['reason']}")


def register(result: DocumentResult, form: Form) -> None:
    """Every assumption with its verdict."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {found['as_of']}")
        _assumptions(found["assumptions"])


def _assumptions(entries: list[Found]) -> None:
    for each in entries:
        verdict = each["verdict"]
        if "not_estimable" in verdict:
            line(f"NOT TESTED    {each['statement']}")
            continue
        line(f"{verdict['verdict'].upper():<13} {each['statement']}")
        line(f"              {_measured(verdict)}")


def _measured(verdict: Found) -> str:
    told = verdict["measured"]
    if "not_estimable" in told:
        return str(told["not_estimable"])
    return (
        f"{_interval(told)} {told['unit']}; p {verdict['p_corrected']:.3g} after Holm over {verdict['tests']} "
        f"({verdict['method']}, {verdict['customers']:,} customers)"
    )


def bases(result: DocumentResult, form: Form) -> None:
    """What each basis adds."""
    found = _object(result, form)
    if found is None:
        return
    if isinstance(found["bases"], dict):
        line(f"What bases add cannot be told: {found['bases']['not_estimable']}.")
        return
    line(f"As of {found['as_of']}. Outcome: {_words(found['measure'])} ({found['scale']}).")
    if "known_until" in found:
        line(f"  Traits as known on {found['known_until']}; outcome from then to {found['outcome_until']}.")
    line(f"  All together explain {_percent(found['explained'])} of its variance, out of sample.")
    head = ("Basis", "Alone", "Share", "Beyond the others", "Verdict")
    rows = [
        (each["name"], *(_percent(each[name]) for name in ("alone", "share", "beyond")), _words(each["verdict"]))
        for each in found["bases"]
    ]
    print_table("What each basis adds", head, rows)
    if found["stopped_before"]:
        line(f"From the outside in, nothing is gained from {found['stopped_before']} on.")


def compared(result: DocumentResult, form: Form) -> None:
    """Two versions side by side."""
    found = _object(result, form)
    if found is None:
        return
    line(
        f"{found['before']['version']} and {found['after']['version']}: {found['shared_customers']:,} customers in both"
    )
    line(f"Agreement (adjusted Rand): {_figure(found['adjusted_rand'])}")
    for each in found["segments"]:
        line(f"  {each['event']}: {', '.join(each['before']) or '–'} to {', '.join(each['after']) or '–'}")
        for name, change in (each["changes"] or {}).items():
            line(f"    {name}: {_figure(change['before'])} to {_figure(change['after'])}")


def lines(result: DocumentResult, form: Form) -> None:
    """Segments against lines of business."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {found['as_of']}")
        _crossed(found["crossed"])


def _crossed(told: Found) -> None:
    if "not_estimable" in told:
        line(f"Lines of business: {told['not_estimable']}.")
        return
    rows = [
        (name, *(f"{share:.0%}" for share in shares))
        for name, shares in zip(told["segments"], told["share_of_segment"], strict=True)
    ]
    print_table("Line of business bought most, by segment", ("Segment", *told["lines"]), rows)
    line(f"They go together by {_interval(told['cramers_v'])} (Cramér's V)")


def shown(result: DocumentResult, form: Form) -> None:
    """The study whole."""
    found = _object(result, form)
    if found is None:
        return
    study = found["study"]
    line(f"Study {study['id']}: {_words(study['objective'])}. {study['decision']}")
    line(
        f"  as of {found['as_of']}; recorded {study['recorded_at'] or 'not yet'}; review on {study['review_on'] or '–'}"
    )
    for each in found["steps"]:
        line(f"  {'passed' if each['passed'] else 'OPEN':<7} {each['step']:>2} {each['name']}")
        if each["next_step"]:
            line(f"             next: {each['next_step']}")
    told = found["segmentation"]
    if "not_estimable" in told:
        line(f"Segments: {told['not_estimable']}.")
    else:
        line(f"Verdict: {told['verdict'].upper()}. {told['reason']}")
    for each in found["segments"]:
        line(f"  {each['name']} [{each['id']}]: {each['customers']:,} customers; {each['rule']}")
    _assumptions(found["assumptions"])
    _crossed(found["lines_of_business"])
    for each in found["warnings"]:
        line(f"{each['severity'].upper()}: {each['of']} ({', '.join(each['traits'])}). {each['what']}")
        line(f"  next: {each['next_step']}")


def _words(text: str) -> str:
    return text.replace("_", " ")


def _share(value: Any) -> str:
    return "–" if isinstance(value, dict) else f"{value:.0%}"


def _percent(told: Found) -> str:
    return f"{told['estimate']:.1%} [{told['low']:.1%} to {told['high']:.1%}]"


def _interval(told: Found) -> str:
    if "not_estimable" in told:
        return str(told["not_estimable"])
    return f"{told['estimate']:,.3g} [{told['low']:,.3g} to {told['high']:,.3g}]"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("not_estimable", "–"))
    return "–" if value is None else f"{value:,.4g}"
