// Shows municipalities as one types: the links that the page already has, filtered. Without it the form searches.
(() => {
  const field = document.querySelector("[data-find]");
  const found = document.querySelector("[data-found]");
  const status = document.querySelector("[data-found-status]");
  if (!field || !found || !status) return;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const links = [...document.querySelectorAll("[data-municipality]")].map((link) => ({
    link, names: [fold(link.textContent), ...fold(link.dataset.municipality).split("|")],
  }));

  field.addEventListener("input", () => {
    const text = fold(field.value);
    const starting = links.filter((each) => text && each.names.some((name) => name.startsWith(text)));
    found.replaceChildren(...starting.slice(0, 8).map(({ link }) => {
      const item = document.createElement("li");
      const copy = link.cloneNode(true);
      copy.removeAttribute("data-municipality");
      item.append(copy);
      return item;
    }));
    found.hidden = starting.length === 0;
    status.textContent = text ? status.dataset.words.replace("0", starting.length) : "";
  });
})();
