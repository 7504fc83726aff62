"""How the site is served: `gunicorn --config deploy/gunicorn.conf.py --bind ADDRESS config.wsgi`."""

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 20
# A worker is renewed now and then, not all at the same moment.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
