"""What a person reads when the machine lacks something: one clear line with the remedy."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEEDED = ["bash", "dirname", "env"]


@pytest.fixture
def tools(tmp_path):
    """A folder that stands for a machine with next to nothing installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(shutil.which(name))
    return folder


def python_that(folder, name, sentence):
    """Put a program called `name` into `folder` that runs the shell `sentence`."""
    path = folder / name
    path.write_text(f"#!/usr/bin/env bash\n{sentence}\n")
    path.chmod(0o755)


def run(script, tools):
    return subprocess.run(
        [shutil.which("bash"), ROOT / "scripts" / script],
        capture_output=True, text=True, check=False, env={"PATH": str(tools), "HOME": os.devnull},
    )  # fmt: skip


def test_a_machine_without_python_is_told_what_to_install(tools):
    answer = run("python.sh", tools)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.splitlines() == [
        "Python 3.11 or newer is needed and was not found: install it (Debian: apt-get install python3 python3-venv)."
    ]


def test_an_old_python_is_no_python(tools):
    python_that(tools, "python3", "exit 1")
    assert "Python 3.11 or newer is needed" in run("python.sh", tools).stderr


def test_a_python_without_venv_is_told_what_to_install(tools):
    python_that(tools, "python3", 'case "$2" in *venv*) exit 1 ;; esac; exit 0')
    answer = run("python.sh", tools)
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1)
    assert "python3-venv" in answer.stderr


def test_the_newest_python_that_will_do_is_taken(tools):
    python_that(tools, "python3.13", "exit 1")
    python_that(tools, "python3.12", "exit 0")
    python_that(tools, "python3", "exit 0")
    answer = run("python.sh", tools)
    assert (answer.returncode, answer.stdout.strip()) == (0, str(tools / "python3.12"))


@pytest.mark.parametrize("port", ["x", "0", "99999999", "80; echo"])
def test_a_port_that_is_none_is_refused_before_anything_is_set_up(port):
    answer = subprocess.run(
        [shutil.which("bash"), ROOT / "scripts" / "run.sh", port], capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert len((answer.stdout + answer.stderr).splitlines()) == 1
    assert "PORT" in answer.stdout + answer.stderr
