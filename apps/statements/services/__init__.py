"""Every change of statements and of their weighing; each function is one transaction with its messages."""
