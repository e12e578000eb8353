"""Lambda: the custom resource that writes the budgets of a deployment into the table."""
