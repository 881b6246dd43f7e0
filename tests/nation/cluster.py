"""A real Spark cluster on this machine: a master and two workers, each a process of its own, and a session on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

_HOST = "127.0.0.1"
# These processes live for a minute: what the thorough compiler would win it costs many times over.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_PATIENCE_SECONDS = 60


def lacking() -> str | None:
    """What this machine lacks for it, in one line."""
    if find_spec("pyspark") is None:
        return "no pyspark"
    return None if shutil.which("java") else "no Java"


@dataclass
class Cluster:
    port: int
    web_port: int
    start_worker: Callable[[int], subprocess.Popen[bytes]]
    workers: list[subprocess.Popen[bytes]]
    log: Path

    def make_whole(self) -> None:
        """Both workers are there, a new one in the place of one that was killed."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[number] = self.start_worker(number)
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._alive() < len(self.workers):
            assert time.monotonic() < until, self.log.read_text()[-2_000:]
            time.sleep(0.1)

    def _alive(self) -> int:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{_HOST}:{self.web_port}/json/") as told:
            return int(json.load(told)["aliveworkers"])
        return 0

    def kill_worker(self, number: int) -> int:
        """kill -9 of a worker and of the executors it has started; returns how many those were."""
        worker = psutil.Process(self.workers[number].pid)
        executors = worker.children(recursive=True)
        for process in (worker, *executors):
            process.send_signal(signal.SIGKILL)
        self.workers[number].wait()
        return len(executors)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    port, web_port = _free_port(), _free_port()
    with contextlib.ExitStack() as stack:

        def start_worker(number: int) -> subprocess.Popen[bytes]:
            return _started(
                stack, folder, "worker.Worker", "--host", _HOST, "--cores", "1", "--memory", "1g", "--webui-port",
                str(_free_port()), "--work-dir", str(folder / f"worker{number}"), f"spark://{_HOST}:{port}",
            )  # fmt: skip

        _started(stack, folder, "master.Master", "--host", _HOST, "--port", str(port), "--webui-port", str(web_port))
        workers = [start_worker(number) for number in range(2)]
        yield Cluster(port, web_port, start_worker, workers, folder / "master.Master.log")


@contextlib.contextmanager
def session_on(cluster: Cluster, folder: Path) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.host": _HOST,
        "spark.driver.bindAddress": _HOST,
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": _JAVA,
        "spark.executor.extraJavaOptions": _JAVA,
        "spark.executor.memory": "600m",
        "spark.executor.cores": "1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        # For few rows, many questions and two cores: no code is made for a question, nor is it planned anew half way.
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(f"spark://{_HOST}:{cluster.port}").appName("motcua")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()
        _end_gateway()


def _end_gateway() -> None:
    """The driver's Java process, which otherwise stays until Python ends."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    assert gateway is not None
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=_PATIENCE_SECONDS)
    SparkContext._gateway = SparkContext._jvm = None


def _started(stack: contextlib.ExitStack, folder: Path, role: str, *arguments: str) -> subprocess.Popen[bytes]:
    found = find_spec("pyspark")
    assert found
    assert found.origin
    home = Path(found.origin).parent
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": _HOST, "SPARK_DAEMON_MEMORY": "256m"}
    environment["SPARK_DAEMON_JAVA_OPTS"] = _JAVA
    log = stack.enter_context((folder / f"{role}.log").open("ab"))
    process = subprocess.Popen(
        [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", *arguments],
        cwd=folder, env=environment, stdout=log, stderr=log,
    )  # fmt: skip
    stack.callback(_ended, process)
    return process


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        below = psutil.Process(process.pid).children(recursive=True)
        for one in (psutil.Process(process.pid), *below):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((_HOST, 0))
        return int(found.getsockname()[1])
