"""What the environment can set stands in the README's table, and what stands there is read by something."""

import re

from tests.house.test_rules import ROOT, tracked

#: Set by the system, by Docker or by our own files for one another; nobody configures the platform with them.
NOT_OURS = {"PATH", "HOME", "APP_PASSWORD", "POSTGRES_USER", "DJANGO_SETTINGS_MODULE"}
_PYTHON = re.compile(r"""(?:\benv\.\w+\(|\benviron(?:\.get)?[(\[])\s*["']([A-Z][A-Z0-9_]*)["']""")
_SHELL = re.compile(r"\$\{([A-Z][A-Z0-9_]*):?[-?+=]")


def read_variables() -> set[str]:
    """Return the variables that settings, commands and production files read."""
    found: set[str] = set()
    for path in tracked("geo_platform/*.py", "apps/*.py", "deploy/*.py"):
        found.update(_PYTHON.findall(path.read_text()))
    for path in tracked("bin/*", ".ci/*", "deploy/*.sh", "docker-compose.yml", "Dockerfile"):
        found.update(_SHELL.findall(path.read_text()))
    return found - NOT_OURS


def documented_variables() -> set[str]:
    """Return the variables in the first column of the README's table."""
    section = (ROOT / "README.md").read_text().split("## Configuration", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}


def test_every_variable_that_is_read_is_documented() -> None:
    missing = read_variables() - documented_variables()
    assert not missing, f"Say in the README's configuration table what these do: {sorted(missing)}"


def test_every_documented_variable_is_read() -> None:
    unread = documented_variables() - read_variables()
    assert not unread, f"Nothing reads these any more; take them out of the README: {sorted(unread)}"


def test_the_search_finds_what_it_looks_for() -> None:
    assert {"GEO_ENV", "VAR_DIR", "WEB_WORKERS", "TEST_PROCESSES", "DB_PASSWORD", "VERSION"} <= read_variables()
