"""The citizens' budget: what ideas cost, who votes, and a count that anybody can repeat (ADR 27)."""
