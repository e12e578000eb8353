"""The whole AWS account on this machine: emulators on loopback, and the real CDK command line deploying into them."""

from local.account import LocalAccount, local_account
from local.errors import LocalAccountError

__all__ = ["LocalAccount", "LocalAccountError", "local_account"]
