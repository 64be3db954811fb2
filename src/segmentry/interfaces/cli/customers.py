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
