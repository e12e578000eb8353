"""Spendplane's core: what AI usage costs, which budgets it counts in, and whom to tell."""
