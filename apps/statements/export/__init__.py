"""The weighing as files: table, places, whole procedure."""
