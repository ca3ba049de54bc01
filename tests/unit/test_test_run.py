"""The run of the tests itself keeps its promises: closed network, and no silent gap."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.closed_network import NetworkClosed, is_local
from tests.source_tree import ROOT

SKIPPING = "import pytest\ndef test_runs(): pass\ndef test_gap(): pytest.skip('nothing to run it with')\n"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80)])
def test_no_other_machine_can_be_reached(address: tuple[str, int]) -> None:
    with pytest.raises(NetworkClosed):
        socket.create_connection(address, timeout=0.01)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", b"localhost", None, ""])
def test_loopback_is_this_machine(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "0.0.0.1", "localhost.example.org", "::2"])
def test_private_networks_are_other_machines(host: object) -> None:
    assert not is_local(host)


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "exit_code"), [("true", 1), ("", 0)])
@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_skip_is_said_loudly_and_fails_the_run_of_the_build_server(
    tmp_path: Path, ci: str, exit_code: int, processes: str
) -> None:
    (tmp_path / "test_gap.py").write_text(SKIPPING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--numprocesses", processes, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "NOT RUN ON THIS MACHINE" in done.stdout
    assert "1 x nothing to run it with" in done.stdout
    assert done.returncode == exit_code
