"""Answers about segments, as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentry.interfaces.cli.printing import Form, line, number, print_json, print_table
from segmentry.workspace.results import DocumentResult

Found = dict[str, Any]
_MOST = 30


def _for(form: Form, result: DocumentResult, show: Callable[[Found], None]) -> None:
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
    else:
        show(found)


def listed(result: DocumentResult, form: Form) -> None:
    """One row for each segment, and every error below, loudly."""
    _for(form, result, _listed)


def _listed(found: Found) -> None:
    rows = [
        (each["id"], each["name"], f"{each['members']:,}", _day(each["as_of"]), each["state"].upper())
        for each in found["segments"]
    ]
    if not rows:
        line("There are no segments yet. Write segments/NAME.yaml, or run segmentry segments add-pack.")
        return
    print_table("Segments by definition", ("Id", "Name", "Members", "As of", "State"), rows)
    for each in found["segments"]:
        if each["error"]:
            line(f"{each['state'].upper()}: {each['id']} cannot be evaluated; its last good members are kept.")
            _problems(each["error"])
    _not_fresh(found)


def _not_fresh(found: Found) -> None:
    """What is not in the figures: newer data or settings, and changes of the clock that are not played."""
    for reason in found.get("stale_because", ()):
        line(f"STALE: {reason}")
    pending = found.get("due_changes_pending")
    if pending:
        who = "everybody" if pending["everybody"] else f"{pending['customers']:,} customers"
        line(f"DUE CHANGES PENDING: {who}, since {_day(pending['since'])} UTC; run segmentry segments step.")


def _problems(problems: list[Found]) -> None:
    for each in problems:
        given = f" Given: {each['given']}." if each.get("given") else ""
        line(f"  {each['what']} ({each['where']}).{given} {each['next_step']}")


def _day(instant: str | None) -> str:
    return "never" if instant is None else instant[:16].replace("T", " ")


def one(result: DocumentResult, form: Form) -> None:
    """A segment with all that is known of it."""
    _for(form, result, _one)


def _one(found: Found) -> None:
    line(f"{found['name']}  [{found['id']}, version {found['version']}, {found['state'].upper()}]")
    line(f"  {found['in_words']}")
    for each in found["text"].splitlines():
        line(f"    {each}")
    through = _day(found["complete_through"])
    line(f"  {found['members']:,} members as of {_day(found['as_of'])} UTC, data through {through}")
    _worth("  ", found["worth"])
    for name, words in (("leans on", found["leans_on"]), ("used by", found["used_by"])):
        if words:
            line(f"  {name}: {', '.join(words)}")
    for each in found["history"][-5:]:
        line(f"  {_day(each['as_of'])}: {number(each['members'])} members, version {each['version']}")
    if found["error"]:
        _problems(found["error"])
    _not_fresh(found)


def _worth(indent: str, worth: Found) -> None:
    value = worth["value"]
    told = f"{value['measure'].replace('_', ' ')} {number(value['amount'])}" if "measure" in value else number(value)
    line(f"{indent}{worth['customers']:,} customers, past revenue {number(worth['revenue'])}, {told}")


def counted(result: DocumentResult, form: Form) -> None:
    """One number, what it means, and as of when."""
    _for(form, result, _counted)


def _counted(found: Found) -> None:
    line(f"{found['count']:,} of {found['universe']:,}  (exact, as of {_day(found['as_of'])} UTC)")
    line(f"  {found['in_words']}")
    _not_fresh(found)


def previewed(result: DocumentResult, form: Form) -> None:
    """The count with worth, reach and a sample."""
    _for(form, result, _previewed)


def _previewed(found: Found) -> None:
    _counted(found)
    _worth("  ", found["worth"])
    for each in found["waterfall"]:
        line(f"  {each['step']:<13} {number(each['count'])} {each['meaning']}")
    line(f"  such as {', '.join(found['sample']) or 'nobody'}")


def differing(result: DocumentResult, form: Form) -> None:
    """Who moves, what money, and what follows."""
    _for(form, result, _differing)


def _differing(found: Found) -> None:
    word = "new" if found["new"] else f"version {found['version']}"
    line(f"{found['name']}  [{found['id']}, {word}]: {found['members_before']:,} to {found['members_after']:,} members")
    for side in ("enters", "leaves"):
        _worth(f"  {side}: ", found[side])
    for each in found["used_by"]:
        line(f"  {each['id']} follows: {each['enters']:,} enter, {each['leaves']:,} leave")


def explained(result: DocumentResult, form: Form) -> None:
    """The tree with every leaf, its value and its facts."""
    _for(form, result, _explained)


def _explained(found: Found) -> None:
    word = "IN" if found["member"] else "NOT IN"
    line(f"{found['customer']} is {word} {found['name']} (as of {_day(found['as_of'])} UTC)")
    if not found["in_universe"]:
        line("  not among the customers the definition looks at")
    if found["manual"]:
        line(f"  {found['manual']} by hand")
    _branch(found["tree"], 1)
    if found["nearest_change"]:
        line("  nearest change:")
    for each in found["nearest_change"]:
        line(f"    {each['text']}: would have to be {'true' if each['needed'] else 'false'}")
    _clock(found["by_the_clock"])


def _clock(told: Found) -> None:
    if "not_estimable" in told:
        line(f"  by the clock: {told['not_estimable']}")
    elif told["at"] is None:
        line(f"  by the clock: nothing changes until {_day(told['until'])} UTC")
    else:
        line(f"  by the clock: {'enters' if told['member'] else 'leaves'} at {told['at']}, if nothing happens before")


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


def overlapping(result: DocumentResult, picture: Path | None, form: Form) -> None:
    """Combinations and pairs, and where the picture is."""
    _for(form, result, _overlapping)
    if picture is not None and form is not Form.MACHINES:
        line(f"Picture: {picture}")


def _overlapping(found: Found) -> None:
    rows = [(" and ".join(each["segments"]), f"{each['customers']:,}") for each in found["combinations"][:_MOST]]
    print_table("In exactly these", ("Segments", "Customers"), rows)
    for each in found["pairs"][:_MOST]:
        jaccard = number(each["jaccard"], 3)
        line(f"  {each['first']} and {each['second']}: {each['both']:,} in both, Jaccard {jaccard}")


def linted(result: DocumentResult, form: Form) -> None:
    """Findings, or that there are none."""
    _for(form, result, _linted)


def _linted(found: Found) -> None:
    for each in found["findings"]:
        line(f"{each['severity'].upper()} {each['id']}: {each['what']} ({each['where']}).")
        line(f"  {each['next_step']}  [{each['code']}]")
    line(f"{found['checked']:,} checked: {found['error']} errors, {found['warning']} warnings, {found['note']} notes")


def proved(result: DocumentResult, form: Form) -> None:
    """Each segment with what was checked and what differs."""
    _for(form, result, _proved)


def _proved(found: Found) -> None:
    for each in found["segments"]:
        word = "PROVED" if each["proved"] else f"DIFFERS in {each['differences']:,}"
        checked = f"{each['checked']:,} of {each['universe']:,} customers recomputed"
        line(f"{word}  {each['id']}: {checked}, {each['members']:,} in")
        for row in each["differing"]:
            line(f"  {row['customer']}: published {row['published']}, recomputed {row['recomputed']}")
    for id_ in found["not_fresh"]:
        line(f"NOT CHECKED  {id_}: it is not fresh")


def formatted(result: DocumentResult, form: Form) -> None:
    """The text of the file."""
    _for(form, result, lambda found: line(found["text"].rstrip()))


_ACTIONS = {
    "create": "+ create",
    "change": "~ change",
    "rename": "~ rename",
    "follow": "> follow",
    "remove": "- remove",
    "refuse": "! refuse",
}


def planned(result: DocumentResult, form: Form, *, done: bool = False) -> None:
    """Every definition that changes, and what it moves."""
    _for(form, result, lambda found: _planned(found, done))


def _planned(found: Found, done: bool) -> None:
    for each in found["actions"]:
        if each["action"] == "keep":
            continue
        moved = ""
        if "enters" in each:
            moved = f": {each['enters']['customers']:,} enter, {each['leaves']['customers']:,} leave"
        line(f"{_ACTIONS[each['action']]}  {each['id']}{moved}")
        _problems(each.get("problems", []))
    kept = sum(each["action"] == "keep" for each in found["actions"])
    line(f"{found['changes']} changes{' made' if done else ''}, {kept} kept.")


def due(result: DocumentResult, form: Form) -> None:
    """The next instants, and what waits for a refresh."""
    _for(form, result, _due)


def _due(found: Found) -> None:
    for each in found["next"]:
        who = "everybody" if each["kind"] == "population" else f"{each['customers']:,} customers"
        line(f"  {each['at']}  {who}")
    through = (
        "nothing is known yet" if found["known_through"] is None else f"known through {_day(found['known_through'])}"
    )
    line(f"{found['instants']:,} instants at which the clock may change segments, {through} UTC.")
    _reasons("waits for the next refresh", found["waiting"])


def stepped(result: DocumentResult, form: Form) -> None:
    """What was played, and what was not."""
    _for(form, result, _stepped)


def _stepped(found: Found) -> None:
    if found["until"] is None:
        line("Nothing is due.")
        return
    line(f"{found['changes']:,} changes by the clock up to {found['until']}, {found['moments']:,} moments looked at.")
    for each in found["segments"]:
        line(f"  {each['id']}: {each['members']:,} members as of {_day(each['as_of'])} UTC")
    _reasons("was not played", found["not_played"])


def _reasons(word: str, reasons: list[Found]) -> None:
    for each in reasons:
        line(f"  {each['id']} {word}: {each['reason']}.")


def packs(result: DocumentResult, form: Form) -> None:
    """Packs with their segments."""
    _for(form, result, _packs)


def _packs(found: Found) -> None:
    for each in found["packs"]:
        line(f"{each['name']}: {each['meaning']}")
        line(f"  {', '.join(each['segments'])}")


def added(result: DocumentResult, form: Form) -> None:
    """The files written."""
    _for(form, result, _added)


def _added(found: Found) -> None:
    for each in found["files"]:
        line(each)
    line("Written. See segmentry segments plan, then apply.")


def members(result: DocumentResult, form: Form) -> None:
    """Members, the first of them."""
    _for(form, result, _members)


def _members(found: Found) -> None:
    line(f"{found['members']:,} members of {found['id']} at {_day(found['at'])} UTC")
    for each in found["customers"][:_MOST]:
        line(f"  {each['customer_id']} since {_day(each['since'])}")
    if found["members"] > _MOST:
        line("  … (all of them with --json)")


def events(result: DocumentResult, form: Form) -> None:
    """Entered and left."""
    _for(form, result, _events)


def _events(found: Found) -> None:
    for each in found["events"][:_MOST]:
        moved = f"{each['customer_id']} {each['change']} {each['segment_id']}"
        line(f"{_day(each['effective_at'])}  {moved} ({each['reason']})")
    line(f"{len(found['events']):,} events")


def attributed(result: DocumentResult, form: Form) -> None:
    """Reasons with customers and money."""
    _for(form, result, _attributed)


def _attributed(found: Found) -> None:
    line(f"{found['id']}: {found['members_start']:,} to {found['members_end']:,} members")
    for each in found["reasons"]:
        moved = f"{each['entered']:,} entered, {each['left']:,} left"
        line(f"  {each['reason']:<11} {moved}, revenue {number(each['revenue_net'])}: {each['meaning']}")


def decided(result: DocumentResult, form: Form) -> None:
    """What was decided by hand."""
    _for(form, result, _decided)


def _decided(found: Found) -> None:
    line(f"{found['customer_id']} {found['decision']} in {found['segment_id']} by hand.")


def erased(result: DocumentResult, form: Form) -> None:
    """How much was taken out."""
    _for(form, result, _erased)


def _erased(found: Found) -> None:
    line(f"{found['customers']:,} customers erased from membership at {found['erased_at']}")
    for table, rows in found["rows"].items():
        line(f"  {table}: {rows:,} rows")
