"""Every page that the demo's people can reach by links opens for them: none fails on what real use leaves behind."""

import re
from collections import deque
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from tests.demo_world import load_demo
from tests.portal.conftest import client_of

# Hundreds of pages: minutes for each reader.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LINK = re.compile(r'href="([^"#]+)')
# Of a shape of address, with its numbers and municipalities left out, so many are opened.
OF_EACH = 2


def shape_of(address):
    path, _mark, query = address.partition("?")
    path = re.sub(r"^(/sv|/en)?/(pohjois-pohjanmaa|keski-suomi)/[a-z-]+/$", r"\1/\2/municipality/", path)
    path = re.sub(r"^(/sv|/en)?/oma/[a-z-]+/", r"\1/oma/municipality/", path)
    return re.sub(r"\d+|[0-9a-f-]{36}", "N", path), tuple(re.findall(r"(\w+)=", query))


def walk(client, *starts):
    """Open what links lead to; return {address: (status, the page whose link it was)} of what was opened."""
    waiting, known, shapes, opened = deque((start, "") for start in starts), set(starts), {}, {}
    while waiting:
        address, source = waiting.popleft()
        shape = shape_of(address)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > OF_EACH:
            continue
        response = client.get(address, follow=True)
        opened[address] = response.status_code, source
        if response.streaming or "html" not in response.headers["Content-Type"]:
            continue
        for link in map(unescape, LINK.findall(response.content.decode())):
            there = f"{address.partition('?')[0]}{link}" if link.startswith("?") else link
            if there.startswith("/") and not there.startswith("/static/") and there not in known:
                known.add(there)
                waiting.append((there, address))
    return opened


def client_for(email):
    return client_of(User.objects.get(email=email)) if email else Client()


@pytest.mark.parametrize(
    ("email", "starts", "least"),
    [
        ("", ["/", "/sv/", "/en/"], 30),
        ("liaison.oulu@example.org", ["/oma/oulu/"], 40),
        ("liaison.hailuoto@example.org", ["/sv/oma/hailuoto/"], 40),
        ("agent.oulu@example.org", ["/oma/oulu/", "/en/oma/oulu/"], 30),
        ("coordinator@example.org", ["/hallinta/", "/oma/oulu/"], 100),
        ("coordinator.keski-suomi@example.org", ["/sv/hallinta/"], 60),
        ("admin@example.org", ["/hallinta/", "/en/hallinta/"], 100),
    ],
)
def test_everything_that_links_lead_to_opens(reference, email, starts, least):
    load_demo()

    opened = walk(client_for(email), *starts)

    assert {address: told for address, told in opened.items() if told[0] >= 400} == {}
    assert len(opened) >= least
