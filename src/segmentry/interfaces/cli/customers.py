"""Commands about single customers: ``segmentry customer …``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentry.interfaces.cli import customer_printing, printing
from segmentry.interfaces.cli.printing import Form, line

customer = typer.Typer(help="One customer or account in one view.", no_args_is_help=True, add_completion=False)
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
        result = workspace.customer(customer_id)
        unit = result.as_dict()["value"].get("unit")
        customer_printing.shown(result, printing.pen_of(workspace.settings, unit), Form.of(as_json))
        if out is not None:
            written = workspace.customer_page(customer_id, out)
            if not as_json:
                line(f"Written to {written}")


@customer.command("list")
def list_customers(
    folder: Folder,
    limit: Annotated[int, typer.Option(help="How many.")] = 20,
    as_json: Json = False,
) -> None:
    """Customers with their ids, the most valuable first."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        result = workspace.customers(limit)
        pen = printing.pen_of(workspace.settings, result.as_dict()["unit"])
        customer_printing.listed(result, pen, Form.of(as_json))


@customer.command()
def review(folder: Folder, as_json: Json = False) -> None:
    """How many records make how many customers, and links that wait for a person, the likeliest first."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        result = workspace.identities.review()
        customer_printing.reviewed(result, printing.pen_of(workspace.settings), Form.of(as_json))


@customer.command()
def history(folder: Folder, customer_id: Customer, as_json: Json = False) -> None:
    """Every decision that made a customer of its records, with evidence and time."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        result = workspace.identities.history(customer_id)
        customer_printing.history(result, printing.pen_of(workspace.settings), Form.of(as_json))


@customer.command()
def merge(folder: Folder, left: Customer, right: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that two customers are one; the older id stays. In force from the next refresh on."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        customer_printing.ruled(workspace.identities.merge(left, right, because), folder, Form.of(as_json))


@customer.command("keep-apart")
def keep_apart(folder: Folder, left: Customer, right: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that two customers, or two parts of one, are two. In force from the next refresh on."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        customer_printing.ruled(workspace.identities.keep_apart(left, right, because), folder, Form.of(as_json))


@customer.command()
def unmerge(folder: Folder, customer_id: Customer, because: Because, as_json: Json = False) -> None:
    """Rule that the last merge of a customer was wrong; both get back what was theirs with the next refresh."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "customer") as workspace:
        customer_printing.ruled(workspace.identities.unmerge(customer_id, because), folder, Form.of(as_json))
