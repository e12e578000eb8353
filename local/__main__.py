"""`make up` and `make down`: the account that stays until it is stopped."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.account import LocalAccount
from local.environment import write_env_file
from local.errors import LocalAccountError
from local.progress import step
from local.workdir import ROOT

ENV_FILE = ROOT / "build" / "local.env"


def main(arguments: Sequence[str]) -> int:
    """Runs `up` or `down`; returns the exit code: 0 done, 1 failed with a message, 2 unknown word, 130 interrupted."""
    commands = {"up": up, "down": down}
    if len(arguments) != 1 or arguments[0] not in commands:
        print("usage: python -m local up|down", file=sys.stderr)
        return 2
    try:
        commands[arguments[0]](LocalAccount())
    except LocalAccountError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{arguments[0]}: interrupted", file=sys.stderr)
        return 130
    return 0


def up(account: LocalAccount) -> None:
    """Starts the account, or keeps the one that runs, deploys every stack and writes build/local.env.

    An account started here is stopped again if it is interrupted or its deployment fails: then there is nothing to use.
    """
    budgets, port = budgets_file(os.environ), port_number(os.environ.get("PORT", ""))
    with account.files.lock():
        fresh = not account.running
        if not fresh:
            print(f"  local account runs already, at {account.endpoint}")
        try:
            account.launch(budgets=budgets, port=port, step=step)
            write_env_file(ENV_FILE, account.env)
        except BaseException:
            if fresh:
                account.stop()
                ENV_FILE.unlink(missing_ok=True)
            raise
    print(f"\n  The account is at {account.endpoint} until `make down`. To use it: . {_shown(ENV_FILE)}")


def down(account: LocalAccount) -> None:
    """Stops the account, if it runs."""
    account.files.path.mkdir(parents=True, exist_ok=True)
    stopped = account.stop()
    ENV_FILE.unlink(missing_ok=True)
    print("down: the local account is stopped" if stopped else "down: no local account was running")


def budgets_file(env: Mapping[str, str]) -> Path | None:
    """The file that BUDGETS names, or None; raises LocalAccountError when it is not there."""
    name = env.get("BUDGETS", "")
    if not name:
        return None
    # make changes into its own folder: a relative name means the folder from which it was called.
    places = [Path(env.get("CALLER", "")) / name, Path.cwd() / name]
    for place in places:
        if place.is_file():
            return place.resolve()
    tried = " and ".join(str(place) for place in places)
    raise LocalAccountError(f"there is no budgets file {name}: looked for {tried}.")


def port_number(text: str) -> int | None:
    """The port that PORT names, or None for any; raises LocalAccountError for what is none."""
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise LocalAccountError(f"PORT={text} is no port: give a number from 1 to 65535, or nothing for a free one.")
    return int(text)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    # A hang-up of the terminal ends the command as Ctrl-C does, so that it cleans up alike.
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
