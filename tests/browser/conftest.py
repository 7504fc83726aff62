"""A real Chromium on pages served by Django's live server."""

import os
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs its own loop in this thread

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(config, items):
    """Mark the tests of this folder, and leave them out where there is no Chromium, but never in CI."""
    here = Path(__file__).parent
    missing = not Path(CHROMIUM).exists() and not os.environ.get("CI")
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium, or set CHROMIUM"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium; as root it needs no sandbox."""
    return browser_type_launch_args | {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture
def site(live_server, page, settings):
    """Return a function that opens an address, and fails the test on anything the browser complains about."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(address):
        response = page.goto(live_server.url + address)
        page.complaints = complaints
        return response

    return open_page


_being_answered = []


@pytest.fixture(scope="session", autouse=True)
def _know_what_is_being_answered():
    """Keep the requests at which the server is: a page that closes leaves them behind."""
    answer = WSGIHandler.get_response

    def known(self, request):
        _being_answered.append(request)
        try:
            return answer(self, request)
        finally:
            _being_answered.remove(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "get_response", known)
        yield


@pytest.fixture(autouse=True)
def _no_tries_counted():
    """End every test with an idle server and nothing counted: the cache's table outlives real transactions."""
    yield
    for _try in range(100):
        if not _being_answered:
            break
        time.sleep(0.1)
    for _try in range(50):
        try:
            cache.clear()
        except OperationalError:  # the server still answers a request that the closed page left behind
            time.sleep(0.1)
        else:
            return
    pytest.fail("The cache's table stays locked.")
