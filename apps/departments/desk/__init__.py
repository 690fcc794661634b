"""The desk's pages about who is responsible, one module per page."""
