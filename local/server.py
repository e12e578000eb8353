"""The process that is the local account: `python -m local.server --port N --scratch DIR`.

MiniStack serves nearly everything. What it lacks comes from moto, behind the same port, from the CloudFormation
resource types of our own, and from local/mended. It listens on loopback only; nothing is kept after the process ends.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from local.settings import settings


def main() -> None:
    """Serves until SIGTERM, or until standard input closes if it is a pipe (then the parent is gone)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--with-parent", action="store_true")
    args = parser.parse_args()
    os.environ.update(settings(args.port, args.scratch))
    if args.with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    _serve_ministack(os.environ)


def _serve_ministack(env: Mapping[str, str]) -> None:
    # It reads the environment when it is imported, so not before it is set.
    from ministack import app
    from ministack.core import iam_evaluator, lambda_runtime
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import custom_resource, provisioners

    from local import (
        custom_resources,
        functions_python,
        mended,
        policies,
        resource_types,
        unpacking,
        used_rights,
        workers,
    )

    # Policies that refuse requests without TLS (the bootstrap bucket's, the topics') are to be held here too, and on
    # loopback there is none: take every request for one that came over it.
    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, secure_transport=True)
    functions_python.install(lambda_runtime, Path(env["TMPDIR"]))
    unpacking.install(lambda_runtime, Path(env["TMPDIR"]) / "unpacked")
    custom_resources.install(lambda_svc, custom_resource)
    mended.install()
    policies.install(iam_evaluator)
    used_rights.install(iam_evaluator, Path(env["TMPDIR"]) / used_rights.FILE)
    resource_types.install(provisioners)
    workers.install(app, lambda_runtime)
    sys.argv = ["ministack"]  # its own parser reads this
    try:
        app.main()
    finally:
        lambda_runtime.reset()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written there: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
