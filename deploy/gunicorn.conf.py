"""How the site is served: `gunicorn --config deploy/gunicorn.conf.py --bind ADDRESS config.wsgi`."""

import gc

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 20
# A worker is renewed now and then, not all at the same moment.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# Loaded once for all workers, which share its memory; new code comes with a restart, not with HUP.
preload_app = True


def when_ready(server):
    """Let no worker walk through, and so copy, what all share."""
    gc.collect()
    gc.freeze()
