"""The guided study as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentry.interfaces.cli.printing import Form, line, print_json, print_table
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.reports import Pen

Found = dict[str, Any]
_MOST_NOT_OFFERED = 12


def _object(result: DocumentResult, form: Form) -> Found | None:
    """The document, or None where it was printed for machines."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return None
    return found


def _head(found: Found, pen: Pen) -> str:
    customers = pen.cell(found["customers"], found["base"])
    return f"As of {pen.moment(found['as_of'])}. Objective: {_words(found['objective'])}. {customers}."


def data(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Every kind of data with its state, what a gap costs, and the plan."""
    found = _object(result, form)
    if found is not None:
        line(_head(found, pen))
        _inventory(found, pen)


def _inventory(found: Found, pen: Pen) -> None:
    head = ("Data", "For it", "State", "Rows", f"Covers {found['base']}", "Latest")
    rows = [
        (
            each["table"], each["strength"], each["state"], pen.cell(each["rows"]), _share(each["coverage"], pen),
            pen.day(each["latest"]),
        )
        for each in found["data"]
    ]  # fmt: skip
    print_table("What the objective needs", head, rows)
    for each in found["data"]:
        if each["state"] == "missing" and each["rows"]:
            line(f"{each['table']}: {each['remark']}")
        if each["plan"] is not None and each["strength"] == "needed":
            plan = each["plan"]
            line(f"{each['table']} ({each['state']}): {each['gap_costs']}")
            line(f"  collect: {plan['method']} Owner: {plan['owner'] or '–'}; cost: {pen.cell(plan['cost'])};")
            line(f"  refresh on {pen.day(plan['refresh_on'])}.")
    for each in found["to_settle"]:
        line(f"To settle: {each}")


def recommended(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Bases, variables, method, sample and what is not offered."""
    found = _object(result, form)
    if found is not None:
        line(_head(found, pen))
        for each in found["bases"]:
            line(f"  {each['basis']:<14} {each['state']:<16} {each['reason']}")
        line("Variables: " + (", ".join(each["trait"] for each in found["variables"]) or "none that would serve"))
        line(f"Method: {_words(found['method']['method'])}. {found['method']['reason']}")
        for each in found["sample"]["rules"]:
            line(f"  {_verdict_of(each, pen, found['base'])}")
        _not_offered(found["not_offered"], pen)


def _verdict_of(rule: Found, pen: Pen, base: str) -> str:
    if rule["met"] is None:
        return f"not applicable without variables: {rule['rule']}"
    return f"{'met' if rule['met'] else 'NOT met':<8} {rule['rule']}: {pen.cell(rule['needed'], base)}"


def _not_offered(entries: list[Found], pen: Pen) -> None:
    for each in entries[:_MOST_NOT_OFFERED]:
        line(f"  not offered: {each['trait']}, {each['reason']}")
    if len(entries) > _MOST_NOT_OFFERED:
        line(f"  not offered: {pen.cell(len(entries) - _MOST_NOT_OFFERED)} more, told with --json")


def register(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Every assumption with its verdict."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {pen.moment(found['as_of'])}")
        if not found["assumptions"]:
            line("No assumption is on record. State one: segmentry study assume FOLDER 'age and spend go together'")
        _assumptions(found["assumptions"], pen)


def _assumptions(entries: list[Found], pen: Pen) -> None:
    for each in entries:
        verdict, owner = each["verdict"], f"  ({each['owner']})" if each["owner"] else ""
        if "not_estimable" in verdict:
            line(f"NOT TESTED    {each['statement']}{owner}")
            continue
        line(f"{verdict['verdict'].upper():<13} {each['statement']}{owner}")
        line(f"              {_measured(verdict, pen)}")


def _measured(verdict: Found, pen: Pen) -> str:
    told = verdict["measured"]
    if "not_estimable" in told:
        return str(told["not_estimable"])
    return (
        f"{pen.between(told)} (95 % interval); {pen.chance(verdict['p_corrected'])} after Holm over "
        f"{pen.cell(verdict['tests'])} ({verdict['method']}, {pen.cell(verdict['customers'], 'customers')})"
    )


def bases(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What each basis adds."""
    found = _object(result, form)
    if found is None:
        return
    if isinstance(found["bases"], dict):
        line(f"What bases add cannot be told: {found['bases']['not_estimable']}.")
        return
    line(f"As of {pen.moment(found['as_of'])}. Outcome: {_words(found['measure'])} ({found['scale']}).")
    if "known_until" in found:
        known, until = pen.day(found["known_until"]), pen.day(found["outcome_until"])
        line(f"  Traits as known on {known}; outcome from then to {until}.")
    together = _percent(found["explained"], pen)
    line(f"  All together explain {together} of its variance, out of sample (95 % interval).")
    head = ("Basis", "Alone", "Fair share", "Beyond the others", "Verdict")
    rows = [
        (
            each["name"],
            *(_percent(each[name], pen) for name in ("alone", "share", "beyond")),
            _words(each["verdict"]),
        )
        for each in found["bases"]
    ]
    print_table("What each basis adds, share of variance", head, rows)
    if any(each["name"] == "coverage" for each in found["bases"]):
        line("coverage: of whom anything is known at all; who answers is not what they say.")
    if found["stopped_before"]:
        line(f"From the outside in, nothing is gained from {found['stopped_before']} on.")


def questions(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Golden questions in order, what they achieve, and how to weigh their answers."""
    found = _object(result, form)
    if found is None:
        return
    line(f"As of {pen.moment(found['as_of'])}. Study {found['study']}.")
    if isinstance(found["questions"], dict):
        line(f"There are no golden questions: {found['questions']['not_estimable']}.")
    else:
        _golden(found, pen)
    if found.get("locked"):
        line(f"Not looked at, since they tell a special category: {', '.join(found['locked'])}")


def _golden(found: Found, pen: Pen) -> None:
    people, baseline = pen.cell(found["respondents"], "respondents"), pen.write.percent(found["baseline"], 1)
    rows = [
        (str(each["position"]), each["question"], each["survey"], _percent(each["agreement"], pen))
        for each in found["questions"]
    ]
    print_table("Golden questions", ("", "Question", "Survey", "Put in their segment up to here"), rows)
    line(f"Share of respondents not learned from, with its 95 % interval; {people}, each held out once.")
    line(f"To name the largest segment for everybody would be right for {baseline}.")
    asked = range(1, len(rows) + 1)
    weights = [
        (each["name"], *(pen.write.number(figure, 3) for figure in (each["constant"], *each["weights"])))
        for each in found["segments"]
    ]
    usual = ("answer where none is given", "", *(pen.write.number(figure, 3) for figure in found["usual_answers"]))
    head = ("Segment", "Constant", *(f"Question {place}" for place in asked))
    print_table("How to weigh the answers", head, [*weights, usual])
    line(f"Rule: {found['rule']}.")


def compared(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Two versions side by side."""
    found = _object(result, form)
    if found is None:
        return
    shared = pen.cell(found["shared_customers"], "customers")
    line(f"{found['before']['version']} and {found['after']['version']}: {shared} in both")
    line(f"Agreement (adjusted Rand): {_figure(found['adjusted_rand'], pen)}; 1 is the same, 0 is chance")
    for each in found["segments"]:
        line(f"  {each['event']}: {', '.join(each['before']) or '–'} to {', '.join(each['after']) or '–'}")
        for name, change in (each["changes"] or {}).items():
            line(f"    {_words(name)}: {_figure(change['before'], pen)} to {_figure(change['after'], pen)}")


def lines(result: DocumentResult, names: dict[str, str], pen: Pen, form: Form) -> None:
    """Segments, by name where it is known, against lines of business."""
    found = _object(result, form)
    if found is not None:
        line(f"As of {pen.moment(found['as_of'])}")
        _crossed(found["crossed"], names, pen)


def _crossed(told: Found, names: dict[str, str], pen: Pen) -> None:
    if "not_estimable" in told:
        line(f"Lines of business: {told['not_estimable']}.")
        return
    rows = [
        (names.get(segment, segment), *(pen.cell(share, "share") for share in shares))
        for segment, shares in zip(told["segments"], told["share_of_segment"], strict=True)
    ]
    print_table("Line of business bought most, share of each segment", ("Segment", *told["lines"]), rows)
    line(f"They go together by {pen.between(told['cramers_v'])} (from 0 to 1, 95 % interval)")


def shown(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The study whole."""
    found = _object(result, form)
    if found is None:
        return
    study = found["study"]
    line(f"Study {study['id']}: {_words(study['objective'])}. {study['decision']}")
    recorded = pen.moment(study["recorded_at"]) if study["recorded_at"] else "not yet"
    line(f"  as of {pen.moment(found['as_of'])}; recorded {recorded}; review on {pen.day(study['review_on'])}")
    for each in found["steps"]:
        line(f"  {'passed' if each['passed'] else 'OPEN':<7} {each['step']:>2} {each['name']}")
        if each["next_step"]:
            line(f"             next: {each['next_step']}")
    _segments(found, pen)
    _assumptions(found["assumptions"], pen)
    _crossed(found["lines_of_business"], {each["id"]: each["name"] for each in found["segments"]}, pen)
    for each in found["warnings"]:
        line(f"{each['severity'].upper()}: {each['of']} ({', '.join(each['traits'])}). {each['what']}")
        line(f"  next: {each['next_step']}")


def _segments(found: Found, pen: Pen) -> None:
    told = found["segmentation"]
    if "not_estimable" in told:
        line(f"Segments: {told['not_estimable']}.")
    else:
        line(f"Verdict: {told['verdict'].upper()}. {told['reason']}")
    for each in found["segments"]:
        line(f"  {each['name']} [{each['id']}]: {pen.cell(each['customers'], 'customers')}; {each['rule']}")


def _words(text: str) -> str:
    return text.replace("_", " ")


def _share(value: Any, pen: Pen) -> str:
    return "–" if isinstance(value, dict) else pen.cell(value, "share")


def _percent(told: Found, pen: Pen) -> str:
    if "not_estimable" in told:
        return str(told["not_estimable"])
    estimate, low, high = (pen.write.percent(told[name], 1) for name in ("estimate", "low", "high"))
    return f"{estimate} [{low} to {high}]"


def _figure(value: Any, pen: Pen) -> str:
    return str(value.get("not_estimable", "–")) if isinstance(value, dict) else pen.cell(value)
