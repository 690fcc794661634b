"""The area of a plan: read from a file, looked at before it is saved, and kept as each round was published with it."""
