"""Whole public pages kept in the process, by address and version of the public data (docs/architecture.md).

A warm page costs one query, for the version. A page is made anew when the version
has changed or its `valid_until` has passed: the next moment at which anything on it
changes by the clock, which is midnight in Helsinki unless the view says sooner.
Public pages are the same bytes for everyone, so nothing of the reader is in the key.
"""

import datetime as dt
import gzip
import hashlib
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import brotli
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags

from registry.models import SiteState

_MAX_ADDRESS = 300
_WORTH_COMPRESSING = 600
_COMPRESS = {
    "br": partial(brotli.compress, quality=5),  # 11 takes longer than making the page and saves a tenth
    "gzip": partial(gzip.compress, mtime=0),
}


@dataclass
class CachedPage:
    """One page as it goes out, in each encoding that has been asked for."""

    version: uuid.UUID | None
    valid_until: dt.datetime
    headers: dict
    body: bytes
    etag: str
    encoded: dict = field(default_factory=dict)

    @classmethod
    def of(cls, response, version, valid_until):
        """Return the cached form of a rendered response."""
        body = response.content
        etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        headers |= {"ETag": etag, "Vary": "Accept-Encoding"}
        return cls(version, valid_until, headers, body, etag)

    def is_good(self, version, now):
        """Whether the page may still be shown."""
        return self.version == version and now < self.valid_until

    def response(self, request):
        """Return the page for `request`: 304 when the reader has it, else in the best encoding they take."""
        if self.etag in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", "")):
            response = HttpResponse(status=304)
            kept = ("ETag", "Vary", "Cache-Control", "Content-Security-Policy")
            del response.headers["Content-Type"]
        else:
            encoding = _best_encoding(request) if self._is_worth_compressing else ""
            response = HttpResponse(self._in(encoding))
            kept = self.headers
            if encoding:
                response.headers["Content-Encoding"] = encoding
        for name in kept:
            if name in self.headers:
                response.headers[name] = self.headers[name]
        response.headers["Content-Length"] = str(len(response.content))
        return response

    @property
    def _is_worth_compressing(self):
        """Whether a compressed body would be smaller: not a short one, and not a picture."""
        return len(self.body) >= _WORTH_COMPRESSING and not self.headers["Content-Type"].startswith("image/")

    def _in(self, encoding):
        """Return the body in `encoding`, compressed once."""
        if not encoding:
            return self.body
        if encoding not in self.encoded:
            self.encoded[encoding] = _COMPRESS[encoding](self.body)
        return self.encoded[encoding]


def _best_encoding(request):
    """Return br, gzip or "" by what the reader takes."""
    accepted = {part.split(";")[0].strip() for part in request.META.get("HTTP_ACCEPT_ENCODING", "").split(",")}
    return next((encoding for encoding in ("br", "gzip") if encoding in accepted), "")


class BoundedPages:
    """Pages by address, the least recently used thrown away when their bodies exceed a number of bytes."""

    def __init__(self, max_bytes):
        self.max_bytes = max_bytes
        self._pages = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, address):
        """Return the page kept for `address`, or None."""
        with self._lock:
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def put(self, address, page):
        """Keep `page`, and throw away what no longer fits."""
        with self._lock:
            self._drop(address)
            self._pages[address] = page
            self._bytes += len(page.body)
            while self._bytes > self.max_bytes:
                self._drop(next(iter(self._pages)))

    def clear(self):
        """Throw everything away."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _drop(self, address):
        page = self._pages.pop(address, None)
        if page is not None:
            self._bytes -= len(page.body)


pages = BoundedPages(settings.PAGE_CACHE_MEGABYTES * 1024 * 1024)


def next_midnight(now=None):
    """Return the next midnight in Helsinki: roles, memberships and offers change by the day."""
    tomorrow = timezone.localdate(now) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), tzinfo=timezone.get_default_timezone())


class PublicPageCacheMiddleware:
    """Answers from the kept pages, and keeps what views marked by `public_page` answer.

    Stands outside the session, language and sign-in middlewares: a warm page needs
    none of them, and its headers are kept with it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        address = request.get_full_path()
        if request.method not in {"GET", "HEAD"} or len(address) > _MAX_ADDRESS:
            return self.get_response(request)
        page = pages.get(address)
        if page is not None:
            request.site_state = SiteState.objects.load()
            if page.is_good(request.site_state.version, timezone.now()):
                return page.response(request)
        response = self.get_response(request)
        made_from = getattr(response, "made_from", None)
        if made_from is None or response.status_code != 200:
            return response
        page = CachedPage.of(response, *made_from)
        pages.put(address, page)
        return page.response(request)
