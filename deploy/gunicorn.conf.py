"""How the web process serves in production; every value from the environment or with a reason."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"  # inside its container; docker-compose.yml publishes it locally
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Before the settings are read: one slow statement shall not hold a thread for ever (docs/operations.md).
os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "30")
preload_app = True  # one copy of GDAL and its tables for all workers
timeout = 60
graceful_timeout = 20  # less than the stop_grace_period of docker-compose.yml
max_requests = 5000  # GDAL, GEOS and WeasyPrint are C code with caches: a fresh process now and then
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a heartbeat on a disk that stalls would kill healthy workers
control_socket_disable = True
# No access log: it would hold IP addresses beside addresses of pages. The reverse proxy keeps what it must.
accesslog = None
errorlog = "-"
