"""Names the tests that were skipped in every run: `left_out.py RESULTS.xml …`; stops with 1 when there are any.

A test that only one of the two databases can run is skipped on the other and is not
left out.
"""

import sys
from xml.etree import ElementTree


def skipped_everywhere(paths):
    """Return the reasons of the tests that no run carried out, by the test's name."""
    carried_out, reasons = set(), {}
    for path in paths:
        for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - pytest has just written it
            name = f"{case.get('classname')}.{case.get('name')}"
            skipped = case.find("skipped")
            if skipped is None or skipped.get("type") == "pytest.xfail":
                carried_out.add(name)
            else:
                reasons[name] = skipped.get("message") or "no reason"
    return {name: reason for name, reason in reasons.items() if name not in carried_out}


if __name__ == "__main__":
    left_out = skipped_everywhere(sys.argv[1:])
    for name, reason in left_out.items():
        sys.stdout.write(f"left out: {name}: {reason}\n")
    sys.exit(1 if left_out else 0)
