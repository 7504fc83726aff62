"""A real Chromium on pages served by Django's live server."""

import os
import time
from pathlib import Path

import pytest
from django.core.cache import cache
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


@pytest.fixture(autouse=True)
def _no_tries_counted():
    """Begin every test with nothing counted: the cache's table outlives a test with real transactions."""
    yield
    for _try in range(50):
        try:
            cache.clear()
        except OperationalError:  # the server still answers a request that the closed page left behind
            time.sleep(0.1)
        else:
            return
    pytest.fail("The cache's table stays locked.")
