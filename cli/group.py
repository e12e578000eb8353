"""The root command: global options anywhere on the line, and failures as sentences instead of stack traces."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import typer
from typer.core import TyperGroup

from cli import output
from cli.context import Session
from cli.errors import Exit, Failure, explained
from cli.settings import Settings


class RootGroup(TyperGroup):
    """`spendplane status --table T` means the same as `spendplane --table T status`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Typer's own copy of Click
        """Puts the root's own options first, wherever they stand."""
        valued = {name for option in self.params if not getattr(option, "is_flag", False) for name in option.opts}
        return super().parse_args(ctx, hoisted(args, {"--debug"}, valued))

    def invoke(self, ctx: Any) -> Any:  # whatever the command returns
        """Runs the command; what fails for a known reason is told on stderr and ends with its exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            output.err("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from None
        except BrokenPipeError:
            raise  # the reader has gone, as with `| head`: Typer ends quietly
        except Exception as error:
            found = ctx.obj if isinstance(ctx.obj, Session) else None
            failure = explained(error, found.settings if found else Settings())
            if found and found.debug and not isinstance(error, typer.Exit):
                raise
            if failure is None:
                if not _is_defect(error):
                    raise
                failure = _defect(error)
            output.failure(failure)
            raise typer.Exit(Exit.FAILED) from None


def hoisted(args: Sequence[str], flags: set[str], valued: set[str]) -> list[str]:
    """The same arguments with these options (and their values) in front; what follows `--` stays."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for arg in waiting:
        name, equals, _ = arg.partition("=")
        if arg == "--":
            rest += [arg, *waiting]
        elif arg in flags or (equals and name in valued):
            front.append(arg)
        elif arg in valued:
            front += [arg, *islice(waiting, 1)]
        else:
            rest.append(arg)
    return front + rest


def _is_defect(error: Exception) -> bool:
    """False for what Typer raises to end a command or to complain about its usage."""
    return not type(error).__module__.startswith("typer")


def _defect(error: Exception) -> Failure:
    return Failure(
        f"unexpected {type(error).__name__}: {error}",
        "this is a defect: run it again with --debug and report the trace",
    )
