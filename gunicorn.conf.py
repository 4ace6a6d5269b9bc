"""How gunicorn runs the site: a few processes of several threads, renewed now and then."""

import os
import shutil
import sys
import tempfile
from typing import Any

# The Prometheus client reads this when it is imported, and the application imports it. Files are
# named by process number, which means something to this master alone: the folder is its own, and
# stays the same when the master is told to read its settings again.
OURS = f"careercenter-metrics-{os.getpid()}-"
METRICS = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if OURS not in METRICS:
    METRICS = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=OURS)

from prometheus_client import multiprocess  # noqa: E402

from app.config import UnsafeConfiguration, read_settings  # noqa: E402

try:
    settings = read_settings(os.environ)
except UnsafeConfiguration as error:
    shutil.rmtree(METRICS)
    sys.exit(str(error))

wsgi_app = "wsgi:app"
bind = settings["LISTEN"]
worker_class = "gthread"
workers = settings["WEB_WORKERS"]
threads = settings["WEB_THREADS"]
# The code is imported before the fork and shared; the application, and with it every connection
# and index, is made after it by each process for itself.
preload_app = False

timeout = 60  # seconds without a sign of life until a process is replaced
graceful_timeout = 15
keepalive = 5
max_requests = 50_000  # a slow leak never grows old
max_requests_jitter = 5_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats, in memory

loglevel = "warning"
accesslog = None  # app/traffic.py writes one line a request, without paths
forwarded_allow_ips = ""  # what proxies say is read by the application alone: TRUSTED_PROXIES
control_socket_disable = True


def child_exit(_server: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    shutil.rmtree(METRICS, ignore_errors=True)
