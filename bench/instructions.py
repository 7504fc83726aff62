"""Processor instructions per request, counted by callgrind; steady within 2 % however busy the machine is.

Runs under `valgrind --tool=callgrind --callgrind-out-file=FOLDER/%p`. Django starts
once; each page is then asked in two forked children, a few times in the one and more
in the other, and the difference of their counts is what a request costs.
"""

import gc
import json
import os
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

FEW = 1
# How many requests more than FEW: a short one wavers by the odd million, a long one takes a minute here.
MORE, MORE_OF_UNCACHED = 20, 3


def main(arguments):
    """Take FOLDER and requests as JSON {name: {address, headers, empty_cache}}; write FOLDER/children.json."""
    folder, requests = Path(arguments[0]), json.loads(arguments[1])
    application = get_wsgi_application()
    children = {}
    for request in requests.values():
        _repeat(application, request, 2)
    connections.close_all()
    gc.collect()
    gc.freeze()  # so that no child walks through what the start left behind
    for name, request in requests.items():
        more = MORE_OF_UNCACHED if request.get("empty_cache") else MORE
        few, many = (_in_child(application, request, times) for times in (FEW, FEW + more))
        children[name] = few, many, more
    (folder / "children.json").write_text(json.dumps(children))


def per_request(folder):
    """Return {name: instructions} from what a run has left in `folder`."""
    children = json.loads((folder / "children.json").read_text())
    return {
        name: (_total(folder / str(many)) - _total(folder / str(few))) // more
        for name, (few, many, more) in children.items()
    }


def _total(path):
    with path.open() as lines:
        return int(next(line for line in lines if line.startswith(("summary:", "totals:"))).split()[1])


def _in_child(application, request, times):
    pid = os.fork()
    if pid == 0:
        try:
            _repeat(application, request, times)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(f"{request['address']}: could not be measured.")
    return pid


def _repeat(application, request, times):
    empty_cache = import_module("public.caching").pages.clear if request.get("empty_cache") else lambda: None
    path, _mark, query = request["address"].partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": settings.ALLOWED_HOSTS[0], "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.get("headers", {}).items()},
    }  # fmt: skip
    for _time in range(times):
        empty_cache()
        statuses = []
        response = application(
            environ | {"wsgi.input": BytesIO()}, lambda status, headers, statuses=statuses: statuses.append(status)
        )
        b"".join(response)
        response.close()
        if not statuses[0].startswith(request.get("status", "200")):
            raise SystemExit(f"{request['address']} answered {statuses[0]}.")
