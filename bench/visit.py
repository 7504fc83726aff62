"""A first and a repeated visit in Chromium on a slow phone: requests, bytes, layout shift, largest paint.

    python -m bench.visit http://127.0.0.1:8000 /pohjois-pohjanmaa/oulu/

Slow 4G (1.6 Mbit/s, 150 ms) and a processor slowed four times. Bars: a first visit
to a municipality's page at most 40 kB and 6 requests, a repeated one at most 8 kB,
no layout shift, largest paint under 1 s.
"""

import os
import sys

from playwright.sync_api import sync_playwright

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
WATCH = """
window.shift = 0; window.paint = 0;
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.paint = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""


def visit(browser, address):
    """Return (requests, bytes) of a first and of a repeated visit, layout shift and largest paint in milliseconds."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    loaded = []
    devtools.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(500)
    first, shift, paint = (len(loaded), sum(loaded)), page.evaluate("shift"), page.evaluate("paint")
    loaded.clear()
    page.reload(wait_until="networkidle")
    page.wait_for_timeout(300)
    repeated = (len(loaded), sum(loaded))
    context.close()
    return first, repeated, shift, paint


def main(site, *paths):
    """Print one line for each page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for path in paths:
            first, repeated, shift, paint = visit(browser, site + path)
            print(
                f"{path}: first {first[0]} requests, {first[1] / 1000:.1f} kB; repeated {repeated[1] / 1000:.1f} kB; "
                f"layout shift {shift:.3f}; largest paint {paint:.0f} ms"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
