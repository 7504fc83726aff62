// A searching select (select2) has no name of its own: its parts take the label of the select that they stand for.
const nameParts = () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const label = document.querySelector(`label[for="${select.id}"]`)?.textContent.replace(/[:*\s]+$/, "").trim();
    if (!label) continue;
    const parts = select.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]") ?? [];
    for (const part of parts) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", `${label}: ${part.textContent.trim()}`);
    }
    const search = document.querySelector(`[aria-controls="select2-${select.id}-results"].select2-search__field`);
    search?.setAttribute("aria-label", label);
  }
};
new MutationObserver(nameParts).observe(document.body, { childList: true, subtree: true });
nameParts();
