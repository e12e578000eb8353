"""`spendplane tags audit` and `spendplane tags fix`: AI resources without mandatory tags."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import output, tagged
from cli.commands.engage import answering
from cli.context import Session, session
from cli.errors import Exit, Failure
from cli.options import EPILOG, JsonOption

if TYPE_CHECKING:
    from spendplane.application.tag_audit import TagReport
    from spendplane.domain.tagging import TagRules

app = typer.Typer(no_args_is_help=True, help="Mandatory tags of AI resources: what lacks them, and setting them.")

AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="TAG=VALUES",
        help="Values of a tag: `project=search,ads`, or a pattern: `cost_center=/CC-[0-9]{4}/`. May be repeated.",
    ),
]
OnlyOption = Annotated[
    str, typer.Option("--only", metavar="PATTERN", help="Only resources whose name or ARN fits, such as 'search-*'.")
]


@app.command("audit", epilog=EPILOG)
def audit(
    context: typer.Context, allow: AllowOption = None, only: OnlyOption = "*", as_json: JsonOption = False
) -> None:
    """List AI resources of this account and Region that lack mandatory tags. Changes nothing.

    Also those that never had a tag. The dearest come first where costs are known. Ends with 3 when there are any.
    """
    rules = tagged.rules(allow or [])
    report = _read(session(context), rules, only)
    if as_json:
        output.print_json(tagged.report_object(report))
    else:
        output.out(*tagged.report_lines(report))
    _tell_unread(report)
    if report.findings:
        raise typer.Exit(Exit.FOUND)
    if report.unread:
        raise typer.Exit(Exit.FAILED)


@app.command("fix", epilog=EPILOG)
def fix(
    context: typer.Context,
    allow: AllowOption = None,
    only: OnlyOption = "*",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be set, and why.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Set missing tags where the account itself leaves no doubt: the stack's tags, its other resources, and so on.

    Guesses are shown and never set; tags that are in order are never changed. On a terminal it asks first; everywhere
    else say --yes. Ends with 3 when something is left to do.
    """
    from spendplane.application.tag_audit import TagFix

    if not (dry_run or yes) and (as_json or not answering()):
        raise typer.BadParameter("nobody can be asked here: say --yes (see first: spendplane tags fix --dry-run)")
    rules = tagged.rules(allow or [])
    run = session(context)
    report = _read(run, rules, only)
    fixing = TagFix(run.make_tagged_account(), rules)
    proposals = fixing.propose(report)
    sure = [made for made in proposals if made.sure]
    if not as_json:
        output.out(*tagged.proposal_lines(report, proposals))
    if not dry_run and sure and not yes:
        _confirm(len(sure))
    failed = {} if dry_run else fixing.apply(sure)
    if as_json:
        output.print_json(tagged.fix_object(report, proposals, None if dry_run else failed))
    else:
        output.out("", *tagged.outcome_lines(sure, None if dry_run else failed))
    _tell_unread(report)
    if failed or tagged.left(report, [] if dry_run else sure):
        raise typer.Exit(Exit.FOUND)


def _read(run: Session, rules: "TagRules", only: str) -> "TagReport":
    from spendplane.application.ports.fleet import RefusedError
    from spendplane.application.tag_audit import TagAudit

    account = run.make_tagged_account()
    try:
        with output.counting("reading the account", account.steps) as progress:
            return TagAudit(account, rules, run.monthly_cost, only)(progress)
    except RefusedError as error:
        raise Failure(str(error), "give these credentials the permission, or use others (AWS_PROFILE)") from error


def _confirm(number: int) -> None:
    """Raises Exit when the person says no."""
    if not typer.confirm(f"Set {output.count(number, 'tag')}?", err=True):
        output.err("Nothing was changed.")
        raise typer.Exit(Exit.FAILED)


def _tell_unread(report: "TagReport") -> None:
    for name, why in report.unread.items():
        output.err(output.safe(f"not listed: {why if why.startswith(name) else f'{name}: {why}'}"), "yellow")
