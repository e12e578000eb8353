"""One file per capability; each grants its own IAM, action by action."""
