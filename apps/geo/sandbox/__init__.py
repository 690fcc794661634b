"""Foreign bytes are opened in a child process that can do nothing else (threats F1–F4, G4, R28; docs/adr/0011).

One primitive for photos, GIS files and whatever comes next: ``run_confined`` (``running.py``) starts a worker script in
a fresh interpreter (``start.py``), which locks itself in (``jail.py``) before the script sees the first foreign byte.
"""
