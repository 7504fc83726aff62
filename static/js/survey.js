// The form of a survey: hides questions whose condition does not hold, counts characters, lets "none" exclude the rest.
// Without it everything is shown and the server says the same.
(() => {
  const questions = [...document.querySelectorAll("[data-question]")];
  const chosen = (name) => {
    const inputs = [...document.getElementsByName(name)];
    const ranked = [...document.querySelectorAll(`select[name^="${CSS.escape(name)}--"][name$="--place"]`)];
    return inputs.filter((input) => input.checked && input.value && !input.value.startsWith("~")).map((input) => input.value)
      .concat(ranked.filter((select) => select.value).map((select) => select.name.split("--")[1]));
  };
  const text = (name) => {
    const input = [...document.getElementsByName(name)].find((each) => each.type === "text" || each.tagName === "TEXTAREA");
    return input ? input.value.trim() : "";
  };
  const holds = (term) => {
    const question = questions.find((each) => each.dataset.question === term.question);
    if (!question) return null; // on another page: the server knows
    if (question.hidden) return false;
    const options = chosen(term.question);
    if (term.operator === "answered") return options.length > 0 || text(term.question) !== "";
    if (term.option !== null) return options.length > 0 && options.includes(term.option) === (term.operator === "has");
    const typed = text(term.question).replace(/[\s€%]/g, "").replace(",", ".");
    const number = typed === "" ? NaN : Number(typed);
    const limit = Number(term.number);
    return { at_least: number >= limit, at_most: number <= limit, more_than: number > limit, less_than: number < limit }[term.operator];
  };
  const show = () => questions.forEach((question) => {
    if (!question.dataset.condition) return;
    const groups = JSON.parse(question.dataset.condition).map((group) => group.map(holds));
    if (groups.flat().includes(null)) return;
    question.hidden = !groups.some((group) => group.every(Boolean));
  });
  const count = (area) => {
    const told = document.getElementById(`${area.closest("[data-question]").querySelector(".count").id}`);
    told.textContent = told.dataset.left.replace("{n}", Number(area.dataset.counted) - area.value.length);
  };
  document.querySelectorAll("[data-counted]").forEach((area) => area.addEventListener("input", () => count(area)));
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type === "checkbox" && box.checked) {
      document.getElementsByName(box.name).forEach((other) => {
        if (other !== box && ("excludes" in box.dataset || "excludes" in other.dataset)) other.checked = false;
      });
    }
    show();
  });
  document.addEventListener("input", show);
  // Whoever sees follow-ups at once need not be led back to them after a save.
  document.querySelectorAll("[data-unseen]").forEach((input) => { input.value = ""; });
  show();
})();
