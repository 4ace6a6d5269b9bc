"""How long official releases take to load, and how much memory: on SQLite and on PostgreSQL.

Needs the files themselves: the folder that REFERENCE_DATA names, or `shared/data` beside the
repository. Each load is a process of its own, into a database of its own, as an operator's command.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.machine import machine_name

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("REFERENCE_DATA") or ROOT.parent / "shared" / "data")
# Places of service and the code editor's lists do not say from which day they hold, and what stays
# out are descriptions of files, not releases.
LEFT_OUT = ("eval", "geo", "jobs", "pos", "mcd")
NO_RELEASE = ("status-indicators", "Record-Layout", "Corrections", "mce_code", "tuva_ms", "README")


@dataclass(frozen=True)
class Load:
    name: str
    aim: str
    files: list[Path]
    seconds: float  # at most
    memory_mb: float | None  # at most; None where no aim is set


@dataclass(frozen=True)
class Taken:
    seconds: float
    memory_mb: float
    rows: int


def loads() -> list[Load]:
    every = sorted(
        path
        for path in DATA.rglob("*")
        if path.is_file()
        and path.relative_to(DATA).parts[0] not in LEFT_OUT
        and not any(part in path.name for part in NO_RELEASE)
    )
    return [
        Load(
            "NCCI PTP edits, practitioner",
            "60 s, 300 MB",
            sorted(DATA.glob("ncci/ptp_practitioner*")),
            60,
            300,
        ),
        Load(
            "ICD-10-CM with notes, April 2026",
            "30 s",
            sorted(DATA.glob("icd10cm/*April-2026.zip")),
            30,
            None,
        ),
        Load("every file in one go", "300 s", every, 300, None),
    ]


def measure(load: Load, environ: dict[str, str]) -> Taken:
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    whole = {**os.environ, **environ, "ENVIRONMENT": "development", "LOG_LEVEL": "WARNING"}
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=whole, check=True, capture_output=True)
    command = [*flask, "codes", "import", "--accept-notice", *map(str, load.files)]
    began = time.monotonic()
    ended = subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True)
    seconds = time.monotonic() - began
    if ended.returncode:
        raise RuntimeError(f"{load.name}: {ended.stdout[-500:]}{ended.stderr[-2000:]}")
    listed = subprocess.run(
        [*flask, "codes", "releases"], cwd=ROOT, env=whole, capture_output=True, text=True
    ).stdout
    rows = sum(int(line.split(" rows")[0].split()[-1].replace(",", ""))
               for line in listed.splitlines() if " rows" in line)  # fmt: skip
    return Taken(seconds, _peak_mb(), rows)


def _peak_mb() -> float:
    """The largest process waited for so far: on the second database it is that of both."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _databases(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    yield "SQLite", {"DATA_DIR": str(folder / "sqlite")}
    address = os.environ.get("TEST_DATABASE_URL")
    if address:
        url = make_url(address)
        server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS imports WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE imports"))
        server.dispose()
        whole = url.set(database="imports").render_as_string(hide_password=False)
        yield "PostgreSQL", {"DATA_DIR": str(folder / "postgresql"), "DATABASE_URL": whole}


def measure_apart(number: int) -> list[str]:
    """One load on each database: rows of the table."""
    load, lines = loads()[number], []
    folder = ROOT / "build" / "bench-imports"
    for database, environ in _databases(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        taken = measure(load, environ)
        fits = taken.seconds <= load.seconds and (
            load.memory_mb is None or taken.memory_mb <= load.memory_mb
        )
        lines.append(
            f"| {load.name} | {database} | {load.aim} | {taken.rows:,} | {taken.seconds:.1f} "
            f"| {taken.memory_mb:.0f} | {'yes' if fits else 'NO'} |"
        )
    shutil.rmtree(folder, ignore_errors=True)
    return lines


def main() -> None:
    if not DATA.is_dir():
        print(f"No official releases in {DATA}: loading them was not measured.")
        return
    if len(sys.argv) > 1:
        print("\n".join(measure_apart(int(sys.argv[1]))))
        return
    print(f"\nLoading official releases. {machine_name()}.\n")
    print("| release | database | aim | rows | seconds | peak MB | met |")
    print("| --- | --- | --- | --: | --: | --: | --- |", flush=True)
    for number in range(len(loads())):
        command = [sys.executable, "-m", "benchmarks.imports", str(number)]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
