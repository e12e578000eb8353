"""The root of the `spendplane` command."""

from typing import Annotated

import typer

from cli.commands import (
    budget,
    doctor,
    events,
    explain,
    idle,
    kill,
    prices,
    quarantine,
    rebuild,
    reconcile,
    recover,
    release,
    reprice,
    status,
    tags,
    tail,
)
from cli.context import Session
from cli.group import RootGroup
from cli.live import live_session
from cli.options import EPILOG
from cli.settings import Settings

app = typer.Typer(
    cls=RootGroup,
    name="spendplane",
    help="What AI costs on AWS: budgets, counters, alerts, and where every cent comes from.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"spendplane {version('spendplane')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    bus: Annotated[str, typer.Option(envvar="SPENDPLANE_BUS", help="Event bus.")] = "spendplane",
    table: Annotated[str, typer.Option(envvar="SPENDPLANE_TABLE", help="DynamoDB table.")] = "spendplane",
    queue_url: Annotated[
        str | None, typer.Option(envvar="SPENDPLANE_QUEUE_URL", help="Usage queue (default: by its name).")
    ] = None,
    oncall_topic_arn: Annotated[
        str | None, typer.Option(envvar="SPENDPLANE_ONCALL_TOPIC_ARN", help="On-call topic (default: by its name).")
    ] = None,
    alerts_topic_arn: Annotated[
        str | None, typer.Option(envvar="SPENDPLANE_ALERTS_TOPIC_ARN", help="Alerts topic (default: by its name).")
    ] = None,
    enforce_function: Annotated[
        str, typer.Option(envvar="SPENDPLANE_ENFORCE_FUNCTION", help="Function of the kill switch.")
    ] = "spendplane-enforce",
    debug: Annotated[bool, typer.Option("--debug", help="Stack traces for failures.")] = False,
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What AI costs on AWS: budgets, counters, alerts, and where every cent comes from.

    Credentials, Region and endpoint come from the environment, as for every AWS tool. These options may also stand
    behind a command.
    """
    settings = Settings(
        bus, table, queue_url or None, oncall_topic_arn or None, alerts_topic_arn or None, enforce_function
    )
    if not isinstance(context.obj, Session):
        context.obj = live_session(settings, debug=debug)


_SEE, _ACT, _PUT, _KEEP = "See", "Stop spending", "Publish and calculate", "Look after"
app.command("status", epilog=EPILOG, rich_help_panel=_SEE)(status.status)
app.command("tail", epilog=EPILOG, rich_help_panel=_SEE)(tail.tail)
app.command("explain", epilog=EPILOG, rich_help_panel=_SEE)(explain.explain)
app.command("idle", epilog=EPILOG, rich_help_panel=_SEE)(idle.idle)
app.add_typer(budget.app, name="budget", rich_help_panel=_SEE)
app.command("release", epilog=EPILOG, rich_help_panel=_ACT)(release.release)
app.add_typer(kill.app, name="kill", rich_help_panel=_ACT)
app.add_typer(events.app, name="events", rich_help_panel=_PUT)
app.add_typer(prices.app, name="prices", rich_help_panel=_PUT)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=_KEEP)
app.add_typer(tags.app, name="tags", rich_help_panel=_KEEP)
app.command("reprice", epilog=EPILOG, rich_help_panel=_KEEP)(reprice.reprice)
app.command("rebuild", epilog=EPILOG, rich_help_panel=_KEEP)(rebuild.rebuild)
app.command("reconcile", epilog=EPILOG, rich_help_panel=_KEEP)(reconcile.reconcile)
app.add_typer(recover.app, name="recover", rich_help_panel=_KEEP)
app.command("doctor", epilog=EPILOG, rich_help_panel=_KEEP)(doctor.doctor)


def main() -> None:
    """The console script."""
    app()
