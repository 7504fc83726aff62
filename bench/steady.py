"""Queries and bytes of pages, the same on every machine. Takes pages as JSON {name: address}, prints JSON."""

import json

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from public.caching import pages


def main(arguments):
    """Print for each page its queries uncached, warm and as a 304, and its bytes raw, gzip and br."""
    print(json.dumps({name: measure(address) for name, address in json.loads(arguments[0]).items()}))


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
