"""The commands of the README and the production files: what can be checked without running them."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo_platform.cluster_places import TRIED
from tests.house.test_configuration import read_variables

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [*sorted((ROOT / "bin").iterdir()), ROOT / ".ci/run", ROOT / "deploy/create_database.sh"]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_plain_posix_shell(script: Path) -> None:
    text = script.read_text()
    assert text.startswith("#"), "says what it is"
    if script.stat().st_mode & 0o111:
        assert text.startswith("#!/bin/sh\n") and "\nset -eu\n" in text
    assert subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False).stderr == ""
    bashisms = re.findall(r"\[\[|\bfunction \w+|\blocal \w+|<\(|\bpipefail\b|\becho -e\b|==~", text)
    assert not bashisms


@pytest.mark.parametrize("name", ["setup", "run", "test"])
def test_the_commands_are_there_and_may_be_run(name: str) -> None:
    assert (ROOT / "bin" / name).stat().st_mode & 0o111


def test_ci_runs_the_same_tests_as_everybody() -> None:
    assert "exec bin/test" in (ROOT / ".ci/run").read_text()


def test_setup_refuses_words_it_does_not_know() -> None:
    answer = subprocess.run([ROOT / "bin/setup", "--frobnicate"], capture_output=True, text=True, check=False)
    assert answer.returncode == 1 and "usage" in answer.stderr


def test_run_refuses_a_port_that_is_no_number() -> None:
    answer = subprocess.run(
        [ROOT / "bin/run"], capture_output=True, text=True, check=False, env={"PORT": "http", "PATH": "/usr/bin:/bin"}
    )
    assert answer.returncode == 1 and "PORT=http" in answer.stderr


def test_compose_takes_every_secret_from_outside() -> None:
    for line in COMPOSE.splitlines():
        if match := re.match(r"\s+(\w*(?:PASSWORD|SECRET|KEY|TOKEN|URL)\w*): (.+)", line):
            assert match[2] == "${SECRET_KEY_FALLBACKS:-}" or ("${" in match[2] and ":?" in match[2]), match[1]


def test_compose_has_every_part_of_the_installation() -> None:
    services = re.findall(r"^  (\w+):$", COMPOSE.split("services:", 1)[1].split("\nvolumes:", 1)[0], re.M)
    assert services == ["db", "migrate", "web", "worker"]
    assert COMPOSE.count("healthcheck:") == 3
    assert "service_completed_successfully" in COMPOSE


COMPOSE_COMMANDS = [["docker-compose"], ["docker", "compose"]]
SET_OUTSIDE = {
    "SECRET_KEY": "s" * 60,
    "DB_PASSWORD": "p1",
    "DB_ADMIN_PASSWORD": "p2",
    "ALLOWED_HOSTS": "beteiligung.example.org",
    "PUBLIC_URL": "https://beteiligung.example.org",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "DEFAULT_FROM_EMAIL": "beteiligung@example.org",
}


@pytest.fixture
def compose(tmp_path: Path) -> Callable[[dict[str, str]], "subprocess.CompletedProcess[str]"]:
    """Let the tool itself read the file, in a folder without an ``.env``; needs neither engine nor network."""
    command = next((words for words in COMPOSE_COMMANDS if shutil.which(words[0])), None)
    works = command and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
    if command is None or not works:
        pytest.skip("docker-compose is not installed")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)

    def run(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, "-f", "docker-compose.yml", "config"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_tool_itself_accepts_the_compose_file(compose: Any) -> None:
    done = compose(SET_OUTSIDE)
    assert done.returncode == 0, done.stderr
    assert "postgis://geo:p1@db:5432/geo_platform" in done.stdout


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DB_PASSWORD"])
def test_the_tool_says_which_value_is_missing(compose: Any, missing: str) -> None:
    done = compose({name: value for name, value in SET_OUTSIDE.items() if name != missing})
    assert done.returncode != 0 and f"set {missing}" in done.stderr


def test_compose_hands_on_only_what_the_platform_reads() -> None:
    section = COMPOSE.split("environment: &environment", 1)[1].split("volumes:", 1)[0]
    handed_on = set(re.findall(r"^    ([A-Z_]+):", section, re.M))
    assert handed_on <= read_variables()


def test_compose_pins_the_database_and_opens_no_port_of_it() -> None:
    assert re.search(r"image: postgis/postgis:\d+-\d", COMPOSE)
    assert re.findall(r'- "(.+):8000"', COMPOSE) == ["127.0.0.1:${PORT:-8000}"]


def test_the_image_serves_as_an_ordinary_user_and_keeps_no_secret() -> None:
    final = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER geo$", final, re.M)
    assert "SECRET_KEY" not in final and not re.search(r"^(ENV|ARG) .*(SECRET|PASSWORD)", DOCKERFILE, re.M)


def test_state_and_secrets_of_this_checkout_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", "var", ".env", ".venv", "node_modules"} <= set(ignored)


def test_the_versions_of_uv_and_node_agree() -> None:
    setup = (ROOT / "bin/setup").read_text()
    assert re.findall(r"UV_VERSION=(\S+)", setup) == re.findall(r"uv==(\S+)", DOCKERFILE)
    assert re.findall(r"NODE_WHEEL_VERSION=(\S+)", setup) == re.findall(r"FROM node:([\d.]+)-", DOCKERFILE)


def test_every_image_has_an_exact_version() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert images and all(re.fullmatch(r"\w+:\d+\.\d+\.\d+-[a-z-]+", image) for image in images)


def test_the_image_can_back_up_the_database_beside_it() -> None:
    (server,) = re.findall(r"image: postgis/postgis:(\d+)-", COMPOSE)
    assert re.findall(r"postgresql-client-(\d+)", DOCKERFILE) == [server] and int(server) in TRIED


def ask(question: str, folder: Path, programs: dict[str, str], **environment: str) -> str:
    """Ask one function of bin/packages.sh on a machine that has these programs, too; return its answer."""
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    script = f". {ROOT}/bin/packages.sh; {question}"
    environment = {"PATH": f"{folder}:/usr/bin:/bin", **environment}
    return subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, check=False, env=environment
    ).stdout


@pytest.mark.parametrize(("offered", "taken"), [((9, 15, 17, 16, 18), "postgresql-17-postgis-3\n"), ((14, 18), "")])
def test_of_the_archives_on_offer_the_newest_postgis_that_was_tried_is_taken(
    offered: tuple[int, ...], taken: str, tmp_path: Path
) -> None:
    names = "\n".join(f"postgresql-{version}-postgis-3" for version in offered)
    archive = {"apt-cache": f"echo '{names}' | grep -E \"$3\""}
    assert ask("postgis_of_this_release", tmp_path, archive) == taken


def test_another_python_is_taken_when_it_is_named_and_then_no_other(tmp_path: Path) -> None:
    pythons = {"python3.12": 'case $2 in *executable*) echo "$0" ;; esac', "python3.14": "exit 1"}
    assert ask("find_python", tmp_path, pythons, UV_PYTHON="3.12") == f"{tmp_path}/python3.12\n"
    assert ask("find_python", tmp_path, pythons, UV_PYTHON="python3.14") == ""
