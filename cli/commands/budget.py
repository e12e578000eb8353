"""`spendplane budget ls` and `spendplane budget plan`."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import budgets, output
from cli.context import session
from cli.errors import Exit
from cli.files import budgets_path
from cli.options import EPILOG, JsonOption
from spendplane.domain.producers import EVERY

if TYPE_CHECKING:
    from rich.text import Text

    from spendplane.application.define_budgets import Plan
    from spendplane.domain.budgets import Budget

app = typer.Typer(help="The budgets as deployed, and what budgets.yaml would change.", no_args_is_help=True)


@app.command("ls", epilog=EPILOG)
def ls(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the deployed budgets."""
    deployed = sorted(session(context).ports().definitions.deployed().values(), key=lambda budget: budget.id)
    if as_json:
        output.print_json([budgets.to_object(item) for item in deployed])
        return
    if not deployed:
        output.err("No budget is deployed. Write budgets.yaml, then deploy.")
        return
    made = output.table(
        "Budget", "Applies to", "Limit", "Period", "At 100 %", "Rev", right=("Rev",), fold=("Applies to",)
    )
    for item in deployed:
        observed = item.on_hard_limit != "notify" and item.mode == "observe"
        action = "observe" if observed else item.on_hard_limit
        selects, bounds = budgets.selector(item, "\n"), budgets.limits(item, "\n")
        made.add_row(item.id, selects, bounds, item.period.value, action, str(item.revision))
    output.out(made)


@app.command("plan", epilog=EPILOG)
def plan(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option(metavar="PATH", help="budgets.yaml; default: here, else beside the project's app.py.")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="End with 3 when something would change.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what deploying budgets.yaml would change. Writes nothing."""
    from spendplane.application.define_budgets import plan as planned
    from spendplane.contract.budgets_file import load

    path = budgets_path(file)
    wanted = load(path)
    definitions = session(context).ports().definitions
    producers = (definitions.producers(), wanted.bound())
    found = planned(wanted.to_domain(), definitions.deployed(), definitions.retired(), producers)
    if as_json:
        output.print_json(_object(found))
    else:
        output.out(*_lines(found, path))
    if detailed_exitcode and not found.empty:
        raise typer.Exit(Exit.FOUND)


def _object(found: "Plan") -> dict[str, Any]:
    return {
        "created": [budgets.to_object(item) for item in found.created],
        "changed": [
            {
                "id": new.id,
                "revision": new.revision,
                "revision_grows": new.revision > old.revision,
                "changes": {name: {"from": before, "to": after} for name, before, after in _differences(old, new)},
            }
            for old, new in found.changed
        ],
        "removed": [budgets.to_object(item) for item in found.removed],
        "unchanged": [item.id for item in found.unchanged],
        "producers": {source: {"from": was, "to": now} for source, was, now in budgets.bindings(*found.producers)},
    }


def _differences(old: "Budget", new: "Budget") -> list[tuple[str, Any, Any]]:
    before, after = budgets.to_object(old), budgets.to_object(new)
    return [(name, before[name], after[name]) for name in after if name != "revision" and before[name] != after[name]]


def _lines(found: "Plan", path: Path) -> list["str | Text"]:
    from rich.text import Text

    lines: list[str | Text] = []
    for budget in found.created:
        back = f"  comes back as revision {budget.revision}" if budget.revision > 1 else ""
        lines.append(Text(f"+ {budget.id}{back}", style="green"))
        lines += [
            Text(f"    {name}: {_text(value)}", style="green")
            for name, value in budgets.to_object(budget).items()
            if name not in {"id", "revision"} and value is not None
        ]
    for old, new in found.changed:
        lines.append(Text(f"~ {new.id}  {_revision(old, new)}", style="yellow"))
        lines += [Text(f"    {name}: {_text(was)} → {_text(now)}") for name, was, now in _differences(old, new)]
    lines += [
        Text(f"- {budget.id}  ({budgets.limits(budget)} {budget.period.value}); its counters are kept", style="red")
        for budget in found.removed
    ]
    lines += [
        Text(f"~ producer {output.safe(source)}: may charge {_charged(was)} → {_charged(now)}", style="yellow")
        for source, was, now in budgets.bindings(*found.producers)
    ]
    counts = (
        f"{len(found.created)} to create, {len(found.changed)} to change, {len(found.removed)} to remove,"
        f" {len(found.unchanged)} unchanged"
    )
    headline = (
        f"No changes: {output.count(len(found.unchanged), 'budget')} deployed as {path} says." if found.empty else None
    )
    return [headline] if headline else [*lines, "", f"{path}: {counts}. Deploy to apply."]


def _charged(projects: budgets.Projects) -> str:
    if projects is None:
        return "as any other"
    return "every project" if projects == (EVERY,) else _text(list(projects))


def _revision(old: "Budget", new: "Budget") -> str:
    if new.revision > old.revision:
        return f"revision {old.revision} → {new.revision}: its alerts may be raised again"
    return f"stays revision {old.revision}: alerts already raised stay raised"


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={'|'.join(values)}" for name, values in value.items()) or "every event"
    if isinstance(value, Decimal):
        return output.plain(value)
    return "none" if value is None else output.safe(value)
