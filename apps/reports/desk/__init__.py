"""The desk: what staff read, change and enter, one module per page."""
