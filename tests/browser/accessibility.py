"""What axe finds on a page."""

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Half the work: no selectors are written for what is right. Nothing is fetched anew for the rules about style sheets
# that lock the orientation and about sound: tests/test_conventions.py sees that there is neither.
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    "selectors": False,
    "preload": False,
}
RUN = """([context, options]) => axe.run(context || document, options).then(
    (found) => found.violations.map((each) => [each.id, each.nodes[0].html.slice(0, 160)])
)"""


def violations(page, context=None):
    """Return what axe finds on `page`, or inside the element `context`, as (rule, first element) pairs."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    return [tuple(found) for found in page.evaluate(RUN, [context, OPTIONS])]
