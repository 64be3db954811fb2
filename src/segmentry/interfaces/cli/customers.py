"""Commands about single customers: ``segmentry customer …``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentry.interfaces.cli.printing import Form, estimate, line, print_json, print_table

if TYPE_CHECKING:
    from segmentry.workspace import DocumentResult

customer = typer.Typer(help="One customer or account in one view.", no_args_is_help=True, add_completion=False)
Found = dict[str, Any]
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Customer = Annotated[str, typer.Argument(help="Id, an earlier id, or the key of one of its parties.")]
Because = Annotated[str, typer.Option("--because", help="Why; it is kept on record.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@customer.command()
def show(
    folder: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id, or the key of one of its parties.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the view as one HTML page as well.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Who it is, what it is worth, its traits with evidence and age, where it belongs and why, and what happened."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        shown(workspace.customer(customer_id), Form.of(as_json))
        if out is not None:
            written = workspace.customer_page(customer_id, out)
            if not as_json:
                line(f"Written to {written}")


@customer.command()
def review(folder: Folder, as_json: Json = False) -> None:
    """How many records make how many customers, and links that wait for a person, the likeliest first."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        _reviewed(workspace.identities.review().as_dict(), Form.of(as_json))


@customer.command()
def history(folder: Folder, customer_id: Customer, as_json: Json = False) -> None:
    """Every decision that made a customer of its records, with evidence and time."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        found = workspace.identities.history(customer_id).as_dict()
    if as_json:
        print_json(found)
        return
    line(f"{found['customer_id']}: {', '.join(found['parties'])}")
    for each in found["aliases"]:
        line(f"  was also called {each}")
    for each in found["decisions"]:
        line(f"  {_day(each['recorded_at'])}  {each['party_key']}: {each['decision']}, {each['because']}")


@customer.command()
def merge(folder: Folder, left: Customer, right: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that two customers are one; the older id stays. In force from the next refresh on."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        _ruled(workspace.identities.merge(left, right, because), as_json=as_json)


@customer.command("keep-apart")
def keep_apart(folder: Folder, left: Customer, right: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that two customers, or two parts of one, are two. In force from the next refresh on."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        _ruled(workspace.identities.keep_apart(left, right, because), as_json=as_json)


@customer.command()
def unmerge(folder: Folder, customer_id: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that the last merge of a customer was wrong; both get back what was theirs with the next refresh."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        _ruled(workspace.identities.unmerge(customer_id, because), as_json=as_json)


def _ruled(result: DocumentResult, *, as_json: bool) -> None:
    found = result.as_dict()
    if as_json:
        print_json(found)
    else:
        line(f"Ruled: {found['ruling'].replace('_', ' ')} {' and '.join(found['customers'])}.")
        line("It takes effect with the next refresh: segmentry refresh")


def _reviewed(found: Found, form: Form) -> None:
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"{found['parties']:,} records make {found['customers']:,} customers (as of {found['as_of']}).")
    rows = [
        (each["left_party"], each["right_party"], f"{each['probability']:.0%}", each["evidence"], each["doubt"])
        for each in found["review"]
    ]
    title = f"Links that wait for a person: {found['doubtful']:,}"
    print_table(title, ("Record", "Record", "Probability", "For", "Against"), rows)
    line("Decide with segmentry customer merge or keep-apart, each with --because.")


def shown(result: DocumentResult, form: Form) -> None:
    """The view in a terminal."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"{found['customer_id']}  (as of {found['as_of']})")
    for each in found["parties"]:
        line(f"  {each['party_key']} of {each['source']}, known since {_day(each['known_since'])}")
    for each in found["kinds"]:
        until = f" until {_day(each['until'])}" if each["until"] else ""
        line(f"  {each['kind']} since {_day(each['since'])}{until}, says {each['evidence']}")
    for each in found["roles"]:
        line(f"  {each['party_key']} is {each['role'] or 'in an unknown role'} at {each['account_key']}")
    if found["account"] is not None:
        center = [(each["role"], each["state"], each["contacts"]) for each in found["account"]["coverage"]]
        print_table("Buying center", ("Role", "State", "People"), center)
    _worth(found["value"])
    _traits(found["traits"])
    rows = [(each["name"], each["of"], _day(each["since"]), each["because"] or "") for each in found["memberships"]]
    print_table("Belongs to", ("Segment", "Of", "Since", "Because"), rows)
    for each in found["consents"]:
        word, of = "yes" if each["given"] else "NO", each["channel"] or "every channel"
        line(f"  consent to {each['purpose']} ({of}): {word}, {_day(each['recorded_at'])}")
    happened = [(_day(each["at"]), each["what"], _told(each)) for each in found["timeline"]]
    print_table("What happened, the latest first", ("When", "What", ""), happened)


def _worth(value: Found) -> None:
    if "not_estimable" in value:
        line(f"Value not estimable: {value['not_estimable']}")
        return
    measure = "CLV" if value["measure"] == "clv" else "Expected discounted revenue"
    told = estimate(value["estimate"]) if isinstance(value["estimate"], dict) else f"{value['estimate']:,.2f}"
    unit = value["unit"]
    line(
        f"{measure} over {value['horizon_months']} months: {told} {unit} (estimated; tier {value['value_tier'] or '–'})"
    )
    line(f"Net revenue so far: {value['revenue'] or 0:,.2f} {unit} (exact)")


def _traits(traits: list[Found]) -> None:
    for basis, group in groupby(traits, key=lambda each: str(each["basis"] or "not assigned to a basis")):
        rows = [
            (each["trait"], f"{_value(each['value'])} {each['unit']}".strip(), each["origin"], each["source"])
            for each in group
        ]
        print_table(basis.capitalize(), ("Trait", "Value", "Origin", "Evidence"), rows)


def _value(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _told(row: Found) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(row[name])}" for name in row if name not in ("at", "what"))


def _day(text: str | None) -> str:
    return "–" if text is None else text[:10]
