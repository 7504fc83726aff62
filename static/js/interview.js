// Quick keys of an interview: active outside fields in which one writes, and only while they are turned on (WCAG 2.1.4).
// Without them everything is done with the form's own inputs and buttons.
(() => {
  const form = document.querySelector("form[data-talk]");
  const legend = document.querySelector("[data-keys]");
  if (!form || !legend) return;
  const ask = form.querySelector("[data-ask]");
  const toggle = legend.querySelector("[data-keys-on]");
  const STATES = { k: "do_not_know", t: "not_obtained", e: "not_applicable" };
  const remembered = (value) => {
    try {
      if (value !== undefined) localStorage.setItem("quick-keys", value);
      return localStorage.getItem("quick-keys");
    } catch {
      return null; // a browser that remembers nothing: on
    }
  };
  const tick = (input, isChecked = true) => {
    if (input.checked === isChecked) return;
    input.checked = isChecked;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const options = [...ask.querySelectorAll(".answers .form-check-input")];
  const rows = [...ask.querySelectorAll(".matrix tbody tr")].map((row) => [...row.querySelectorAll("input")]);
  const places = [...ask.querySelectorAll(".ranking select")];
  const states = [...ask.querySelectorAll(".states input[type=radio]")];
  const field = ask.querySelector("input[type=text], textarea:not(#own-note), select");
  const stateOf = (state) => states.find((input) => input.value.replace("~", "") === state);
  const noState = () => { const open = states.find((input) => input.name.endsWith("--state") && !input.value); if (open) tick(open); };

  const rank = (select) => {
    const given = places.map((each) => Number(each.value)).filter(Boolean);
    select.value = select.value ? "" : [...select.options].map((each) => each.value).find((each) => each && !given.includes(Number(each))) || "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const row = () => rows.find((inputs) => !inputs.some((input) => input.checked)) || rows.find((inputs) => inputs.includes(document.activeElement));
  const choose = (place) => {
    if (options[place]) {
      noState();
      tick(options[place], options[place].type === "radio" || !options[place].checked);
      options[place].focus();
    } else if (rows.length && row() && row()[place]) {
      const input = row()[place];
      noState();
      tick(input, input.type === "radio" || !input.checked);
      input.focus();
    } else if (places[place]) {
      noState();
      rank(places[place]);
    } else return false;
    return true;
  };
  const say = (state) => {
    const input = stateOf(state);
    if (!input) return false;
    [...options, ...rows.flat()].filter((each) => each.type === "checkbox").forEach((each) => tick(each, false));
    places.forEach((select) => { select.value = ""; });
    tick(input);
    input.focus();
    return true;
  };
  const press = (button) => { if (button) button.click(); return Boolean(button); };
  const next = () => press(form.querySelector('button[name="go"][value="next"]'));
  const into = (input) => { if (input) input.focus(); return Boolean(input); };
  const KEYS = {
    s: () => press(ask.querySelector('button[name="unchanged"]')),
    v: () => into(field),
    m: () => into(document.getElementById("own-note")),
    Enter: next,
  };
  const isWriting = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])") || element.isContentEditable;
  const acts = (element) => element.matches("a, button, summary, input[type=file]");

  const did = (event) => {
    const it = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return next();
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Escape" && isWriting(it)) return into(ask);
    if (isWriting(it) || (event.key === "Enter" && acts(it))) return false;
    if (/^[1-9]$/.test(event.key) && choose(Number(event.key) - 1)) return true;
    // A digit before a number is its first one.
    if (/^[0-9]$/.test(event.key) && field && field.matches(".line input")) { field.focus(); return false; }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (STATES[key]) return say(STATES[key]);
    return KEYS[key] ? KEYS[key]() : false;
  };
  const show = (input, text) => {
    const mark = document.createElement("kbd");
    mark.textContent = text;
    mark.setAttribute("aria-hidden", "true");
    mark.dataset.key = "";
    const label = input.labels && input.labels[0];
    if (label) label.append(" ", mark);
  };
  [...(options.length ? options : places)].slice(0, 9).forEach((input, place) => show(input, String(place + 1)));
  Object.entries(STATES).forEach(([key, state]) => { const input = stateOf(state); if (input) show(input, key); });

  const turn = (isOn) => { form.classList.toggle("keys-off", !isOn); };
  toggle.checked = remembered() !== "off";
  toggle.addEventListener("change", () => { remembered(toggle.checked ? "on" : "off"); turn(toggle.checked); });
  turn(toggle.checked);
  legend.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (!toggle.checked || event.isComposing || event.defaultPrevented) return;
    if (event.repeat && event.key === "Enter") return; // a key held down goes one question on
    if (did(event)) event.preventDefault();
  });
  if (document.activeElement === document.body && ask.hasAttribute("autofocus")) ask.focus();
})();
