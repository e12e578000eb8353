"""The table: `client.py` owns the connection and its errors, `keys.py` the keys, the others one port each."""
