"""Answers about segments, as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.interfaces.cli.printing import Form, estimate, line, number, print_json, print_table
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.reports import Pen

Found = dict[str, Any]
_MOST = 30


def _for(form: Form, result: DocumentResult, pen: Pen, show: Callable[[Found, Pen], None]) -> None:
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
    else:
        show(found, pen)


def listed(result: DocumentResult, pen: Pen, form: Form) -> None:
    """One row for each segment, and every error below, loudly."""
    _for(form, result, pen, _listed)


def _listed(found: Found, pen: Pen) -> None:
    rows = [
        (each["id"], each["name"], pen.cell(each["members"]), _clock(each["as_of"], pen), each["state"].upper())
        for each in found["segments"]
    ]
    if not rows:
        line("There are no segments by definition yet. Write segments/NAME.yaml, or run segmentry segments add-pack.")
        return
    print_table(f"Segments by definition, times of {pen.zone}", ("Id", "Name", "Members", "As of", "State"), rows)
    for each in found["segments"]:
        if each["error"]:
            line(f"{each['state'].upper()}: {each['id']} cannot be evaluated; its last good members are kept.")
            _problems(each["error"])
    _not_fresh(found, pen)


def _not_fresh(found: Found, pen: Pen) -> None:
    """What is not in the figures: newer data or settings, and changes of the clock that are not played."""
    for reason in found.get("stale_because", ()):
        line(f"STALE: {reason}")
    pending = found.get("due_changes_pending")
    if pending:
        who = "everybody" if pending["everybody"] else pen.cell(pending["customers"], "customers")
        line(f"DUE CHANGES PENDING: {who}, since {_moment(pending['since'], pen)}; run segmentry segments step.")


def _problems(problems: list[Found]) -> None:
    for each in problems:
        given = f" Given: {each['given']}." if each.get("given") else ""
        line(f"  {each['what']} ({each['where']}).{given} {each['next_step']}")


def _moment(instant: str | None, pen: Pen) -> str:
    """An instant in the workspace's zone, the zone named."""
    return "never" if instant is None else pen.moment(instant)


def _clock(instant: str | None, pen: Pen) -> str:
    """The same in a list under a head that names the zone."""
    return _moment(instant, pen).removesuffix(f" ({pen.zone})")


def one(result: DocumentResult, pen: Pen, form: Form) -> None:
    """A segment with all that is known of it."""
    _for(form, result, pen, _one)


def _one(found: Found, pen: Pen) -> None:
    line(f"{found['name']}  [{found['id']}, version {found['version']}, {found['state'].upper()}]")
    line(f"  {found['in_words']}")
    for each in found["text"].splitlines():
        line(f"    {each}")
    through = _moment(found["complete_through"], pen)
    line(f"  {pen.cell(found['members'], 'members')} as of {_moment(found['as_of'], pen)}, data through {through}")
    _worth("  ", found["worth"], pen)
    for name, words in (("leans on", found["leans_on"]), ("used by", found["used_by"])):
        if words:
            line(f"  {name}: {', '.join(words)}")
    for each in found["history"][-5:]:
        line(f"  {_clock(each['as_of'], pen)}: {pen.cell(each['members'])} members, version {each['version']}")
    if found["error"]:
        _problems(found["error"])
    _not_fresh(found, pen)


def _worth(indent: str, worth: Found, pen: Pen) -> None:
    value = worth["value"]
    told = number(value)
    if "measure" in value:
        told = f"{value['measure'].replace('_', ' ')} {estimate(value['amount'], pen, 'currency')}"
    revenue = estimate(worth["revenue"], pen, "currency")
    line(f"{indent}{pen.cell(worth['customers'], 'customers')}, past revenue {revenue}, {told}")


def counted(result: DocumentResult, pen: Pen, form: Form) -> None:
    """One number, what it means, and as of when."""
    _for(form, result, pen, _counted)


def _counted(found: Found, pen: Pen) -> None:
    line(f"{pen.cell(found['count'])} of {pen.cell(found['universe'])}  (exact, as of {_moment(found['as_of'], pen)})")
    line(f"  {found['in_words']}")
    for each in found["remarks"]:
        line(f"{each['severity'].upper()}: {each['what']}. {each['next_step']}")
    _not_fresh(found, pen)


def previewed(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The count with worth, reach and a sample."""
    _for(form, result, pen, _previewed)


def _previewed(found: Found, pen: Pen) -> None:
    _counted(found, pen)
    _worth("  ", found["worth"], pen)
    for each in found["waterfall"]:
        line(f"  {each['step']:<13} {estimate(each['count'], pen, '')} {each['meaning']}")
    line(f"  such as {', '.join(found['sample']) or 'nobody'}")


def differing(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Who moves, what money, and what follows."""
    _for(form, result, pen, _differing)


def _differing(found: Found, pen: Pen) -> None:
    word = "new" if found["new"] else f"version {found['version']}"
    before, after = pen.cell(found["members_before"]), pen.cell(found["members_after"], "members")
    line(f"{found['name']}  [{found['id']}, {word}]: {before} to {after}")
    for side in ("enters", "leaves"):
        _worth(f"  {side}: ", found[side], pen)
    for each in found["used_by"]:
        line(f"  {each['id']} follows: {pen.cell(each['enters'])} enter, {pen.cell(each['leaves'])} leave")


def explained(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The tree with every leaf, its value and its facts."""
    _for(form, result, pen, _explained)


def _explained(found: Found, pen: Pen) -> None:
    word = "IN" if found["member"] else "NOT IN"
    line(f"{found['customer']} is {word} {found['name']} (as of {_moment(found['as_of'], pen)})")
    if not found["in_universe"]:
        line("  not among the customers the definition looks at")
    if found["manual"]:
        line(f"  {found['manual']} by hand")
    _branch(found["tree"], 1)
    if found["nearest_change"]:
        line("  nearest change:")
    for each in found["nearest_change"]:
        line(f"    {each['text']}: would have to be {'true' if each['needed'] else 'false'}")
    _by_the_clock(found["by_the_clock"], pen)


def _by_the_clock(told: Found, pen: Pen) -> None:
    if "not_estimable" in told:
        line(f"  by the clock: {told['not_estimable']}")
    elif told["at"] is None:
        line(f"  by the clock: nothing changes until {_moment(told['until'], pen)}")
    else:
        word = "enters" if told["member"] else "leaves"
        line(f"  by the clock: {word} at {_moment(told['at'], pen)}, if nothing happens before")


def _branch(node: Found, depth: int) -> None:
    indent = "  " * depth
    mark = "yes" if node["true"] else "no "
    if node["node"] != "leaf":
        line(f"{indent}{mark}  {node['node']}")
        for part in node["parts"]:
            _branch(part, depth + 1)
        return
    value = f"  [{_plain(node['value'])}]" if "value" in node else ""
    line(f"{indent}{mark}  {node['text']}{value}")
    for facts in node["facts"]:
        for row in facts["rows"][:3]:
            line(f"{indent}       {facts['kind']}: {', '.join(f'{name} {_plain(each)}' for name, each in row.items())}")
        if not facts["rows"]:
            line(f"{indent}       no {facts['kind']} counts; the last of all: {facts['last_of_the_table'] or 'none'}")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["not_estimable"])
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def overlapping(result: DocumentResult, picture: Path | None, pen: Pen, form: Form) -> None:
    """Combinations and pairs, and where the picture is."""
    _for(form, result, pen, _overlapping)
    if picture is not None and form is not Form.MACHINES:
        line(f"Picture: {picture}")


def _overlapping(found: Found, pen: Pen) -> None:
    rows = [(" and ".join(each["segments"]), pen.cell(each["customers"])) for each in found["combinations"][:_MOST]]
    print_table("In exactly these", ("Segments", "Customers"), rows)
    for each in found["pairs"][:_MOST]:
        jaccard = pen.write.number(each["jaccard"], 3)
        line(f"  {each['first']} and {each['second']}: {pen.cell(each['both'])} in both, Jaccard {jaccard}")


def linted(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Findings, or that there are none."""
    _for(form, result, pen, _linted)


def _linted(found: Found, pen: Pen) -> None:
    for each in found["findings"]:
        line(f"{each['severity'].upper()} {each['id']}: {each['what']} ({each['where']}).")
        line(f"  {each['next_step']}  [{each['code']}]")
    told = ", ".join(pen.cell(found[each], f"{each}s") for each in ("error", "warning", "note"))
    line(f"{pen.cell(found['checked'])} checked: {told}")


def proved(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Each segment with what was checked and what differs."""
    _for(form, result, pen, _proved)


def _proved(found: Found, pen: Pen) -> None:
    for each in found["segments"]:
        word = "PROVED" if each["proved"] else f"DIFFERS in {pen.cell(each['differences'])}"
        checked = f"{pen.cell(each['checked'])} of {pen.cell(each['universe'], 'customers')} recomputed"
        line(f"{word}  {each['id']}: {checked}, {pen.cell(each['members'])} in")
        for row in each["differing"]:
            line(f"  {row['customer']}: published {row['published']}, recomputed {row['recomputed']}")
    for id_ in found["not_fresh"]:
        line(f"NOT CHECKED  {id_}: it is not fresh")


def formatted(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The text of the file."""
    _for(form, result, pen, lambda found, _: line(found["text"].rstrip()))


_ACTIONS = {
    "create": "+ create",
    "change": "~ change",
    "rename": "~ rename",
    "follow": "> follow",
    "remove": "- remove",
    "refuse": "! refuse",
}


def planned(result: DocumentResult, pen: Pen, form: Form, *, done: bool = False) -> None:
    """Every definition that changes, and what it moves."""
    _for(form, result, pen, lambda found, pen: _planned(found, pen, done=done))


def _planned(found: Found, pen: Pen, *, done: bool) -> None:
    for each in found["actions"]:
        if each["action"] == "keep":
            continue
        moved = ""
        if "enters" in each:
            moved = f": {pen.cell(each['enters']['customers'])} enter, {pen.cell(each['leaves']['customers'])} leave"
        line(f"{_ACTIONS[each['action']]}  {each['id']}{moved}")
        _problems(each.get("problems", []))
    for each in found["remarks"]:
        line(f"waiting  {each['where']}: {each['what']} ({each['given']}). {each['next_step']}")
    kept = sum(each["action"] == "keep" for each in found["actions"])
    line(f"{found['changes']} changes{' made' if done else ''}, {kept} kept.")


def due(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The next instants, and what waits for a refresh."""
    _for(form, result, pen, _due)


def _due(found: Found, pen: Pen) -> None:
    for each in found["next"]:
        who = "everybody" if each["kind"] == "population" else pen.cell(each["customers"], "customers")
        line(f"  {_moment(each['at'], pen)}  {who}")
    known = found["known_through"]
    through = "nothing is known yet" if known is None else f"known through {_moment(known, pen)}"
    line(f"{pen.cell(found['instants'])} instants at which the clock may change segments, {through}.")
    _reasons("waits for the next refresh", found["waiting"])


def stepped(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What was played, and what was not."""
    _for(form, result, pen, _stepped)


def _stepped(found: Found, pen: Pen) -> None:
    if found["until"] is None:
        line("Nothing is due.")
        return
    changes, moments = pen.cell(found["changes"], "changes"), pen.cell(found["moments"], "moments")
    line(f"{changes} by the clock up to {_moment(found['until'], pen)}, {moments} looked at.")
    for each in found["segments"]:
        line(f"  {each['id']}: {pen.cell(each['members'], 'members')} as of {_moment(each['as_of'], pen)}")
    _reasons("was not played", found["not_played"])


def _reasons(word: str, reasons: list[Found]) -> None:
    for each in reasons:
        line(f"  {each['id']} {word}: {each['reason']}.")


def packs(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Packs with their segments."""
    _for(form, result, pen, _packs)


def _packs(found: Found, _: Pen) -> None:
    for each in found["packs"]:
        line(f"{each['name']}: {each['meaning']}")
        line(f"  {', '.join(each['segments'])}")


def added(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The files written."""
    _for(form, result, pen, _added)


def _added(found: Found, _: Pen) -> None:
    for each in found["files"]:
        line(each)
    line("Written. See segmentry segments plan, then apply.")


def members(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Members, the first of them."""
    _for(form, result, pen, _members)


def _members(found: Found, pen: Pen) -> None:
    line(f"{pen.cell(found['members'], 'members')} of {found['id']} at {_moment(found['at'], pen)}")
    for each in found["customers"][:_MOST]:
        line(f"  {each['customer_id']} since {_clock(each['since'], pen)}")
    if found["members"] > _MOST:
        line("  … (all of them with --json)")


def events(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Entered and left."""
    _for(form, result, pen, _events)


def _events(found: Found, pen: Pen) -> None:
    for each in found["events"][:_MOST]:
        moved = f"{each['customer_id']} {each['change']} {each['segment_id']}"
        line(f"{_clock(each['effective_at'], pen)}  {moved} ({each['reason']})")
    line(pen.cell(len(found["events"]), "events"))


def attributed(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Reasons with customers and money."""
    _for(form, result, pen, _attributed)


def _attributed(found: Found, pen: Pen) -> None:
    line(f"{found['id']}: {pen.cell(found['members_start'])} to {pen.cell(found['members_end'], 'members')}")
    for each in found["reasons"]:
        moved = f"{pen.cell(each['entered'])} entered, {pen.cell(each['left'])} left"
        revenue = estimate(each["revenue_net"], pen, "currency")
        line(f"  {each['reason']:<11} {moved}, revenue {revenue}: {each['meaning']}")


def decided(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What was decided by hand."""
    _for(form, result, pen, _decided)


def _decided(found: Found, _: Pen) -> None:
    line(f"{found['customer_id']} {found['decision']} in {found['segment_id']} by hand.")


def erased(result: DocumentResult, pen: Pen, form: Form) -> None:
    """How much was taken out."""
    _for(form, result, pen, _erased)


def _erased(found: Found, pen: Pen) -> None:
    line(f"{pen.cell(found['customers'], 'customers')} erased at {_moment(found['erased_at'], pen)}")
    for table, rows in found["rows"].items():
        line(f"  {table}: {pen.cell(rows, 'rows')}")
