"""Tags of the account: `account.py` is the port, `kinds.py` the table, `listing.py` finds what was never tagged."""
