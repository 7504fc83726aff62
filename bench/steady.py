"""Queries and bytes of pages, the same on every machine; prints JSON.

Takes public pages as JSON {name: address}, then the key of a session and the pages that it opens.
"""

import json

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from public.caching import pages


def main(arguments):
    """Print for each page its queries uncached, warm and as a 304, and its bytes raw, gzip and br."""
    found = {name: measure(address) for name, address in json.loads(arguments[0]).items()}
    found |= {name: measure_signed_in(address, arguments[1]) for name, address in json.loads(arguments[2]).items()}
    print(json.dumps(found))


def measure_signed_in(address, session):
    """Return the queries and bytes of a page that is made for one reader."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get(address)
    queries, response = _queries(client, address)
    return {"queries": queries, "bytes": len(response.content)}


def measure(address):
    """Return the figures of one page."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.get(address)
    pages.clear()
    queries, response = _queries(client, address)
    etag = response.headers.get("ETag", "")
    bodies = {name: len(client.get(address, headers={"accept-encoding": name}).content) for name in ("gzip", "br")}
    warm, _response = _queries(client, address)
    figures = {"queries": queries, "warm_queries": warm, "bytes": len(response.content), **bodies}
    if etag:
        figures["unchanged_queries"], response = _queries(client, address, headers={"if-none-match": etag})
        figures["unchanged_status"] = response.status_code
    return figures


def _queries(client, address, **request):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, **request)
    if response.status_code not in {200, 304}:
        raise SystemExit(f"{address} answered {response.status_code}.")
    return len(captured), response
