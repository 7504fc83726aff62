// Saves each answer of a survey as one goes: beside the field stands "saved 14.32", or that it will be tried again.
// Without it the buttons below the form save everything at once.
(() => {
  const form = document.querySelector("form[data-saves]");
  if (!form) return;
  const told = form.querySelector("[data-told]");
  const waiting = new Set(); // questions whose answer has not been acknowledged
  const timers = new Map();
  let running = null;
  let delay = 0;
  let isSubmitting = false;

  const questionOf = (element) => element.closest("[data-question]");
  const say = (text, hasFailed = false) => {
    if (told.textContent !== text) told.textContent = text;
    told.classList.toggle("is-failed", hasFailed);
  };
  const sayBeside = (question, text, hasFailed, answer) => {
    const line = question.querySelector("[data-said]");
    if (!line) return;
    line.textContent = text;
    line.classList.toggle("is-failed", hasFailed);
    if (answer && answer.url) {
      const link = document.createElement("a");
      link.href = answer.url;
      link.textContent = answer.link;
      line.append(" ", link);
    }
  };
  const inputsOf = (question) => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const isOwn = name === question.dataset.question || name.startsWith(`${question.dataset.question}--`);
      if ((isOwn || ["token", "csrfmiddlewaretoken"].includes(name)) && typeof value === "string") body.append(name, value);
    }
    return body;
  };
  const failed = (question) => {
    waiting.add(question);
    sayBeside(question, told.dataset.failed, true);
    say(told.dataset.unsaved, true);
    delay = Math.min(delay ? delay * 2 : 2000, 30000);
    setTimeout(next, delay);
  };
  const save = async (question) => {
    const sent = inputsOf(question);
    let response, answer;
    try {
      response = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" }, keepalive: true });
      answer = await response.json();
    } catch {
      return failed(question);
    }
    if (response.status >= 500 || response.status === 429) return failed(question);
    const wasBehind = delay > 0;
    delay = 0;
    for (const [name, mark] of Object.entries(answer.seen || {})) form.elements[name].value = mark;
    const isSaved = answer.state === "saved";
    sayBeside(question, answer.told, !isSaved, answer);
    // What was typed while the answer was on its way goes next.
    if (isSaved && String(inputsOf(question)) !== withMarks(sent, answer.seen)) waiting.add(question);
    say(isSaved && wasBehind && waiting.size === 0 ? told.dataset.again : answer.told, !isSaved);
  };
  const withMarks = (sent, seen) => {
    for (const [name, mark] of Object.entries(seen || {})) sent.set(name, mark);
    return String(sent);
  };
  const next = async () => {
    if (running || isSubmitting) return;
    const question = waiting.values().next().value;
    if (!question) return;
    waiting.delete(question);
    running = save(question);
    await running;
    running = null;
    if (waiting.size && delay === 0) next();
  };
  const changed = (question, after) => {
    if (!question || !question.querySelector("[data-said]")) return;
    clearTimeout(timers.get(question));
    timers.set(question, setTimeout(() => { timers.delete(question); waiting.add(question); next(); }, after));
  };
  const isFile = (element) => element.type === "file";
  form.addEventListener("change", (event) => { if (!isFile(event.target)) changed(questionOf(event.target), 0); });
  form.addEventListener("input", (event) => { if (!isFile(event.target)) changed(questionOf(event.target), 1500); });
  form.addEventListener("submit", (event) => {
    if (running && !isSubmitting) {
      // The form must carry the mark of what is being saved, or its own answer would look like somebody else's.
      event.preventDefault();
      const atMost = new Promise((resolve) => { setTimeout(resolve, 5000); });
      Promise.race([running, atMost]).then(() => form.requestSubmit(event.submitter));
    }
    isSubmitting = true;
  });
  window.addEventListener("pageshow", () => { isSubmitting = false; });
  window.addEventListener("online", () => { delay = 0; next(); });
  window.addEventListener("pagehide", () => {
    // Whoever closes the tab in the middle of a word: what was typed is sent on the way out.
    if (isSubmitting) return;
    for (const question of timers.keys()) waiting.add(question);
    for (const question of waiting) {
      fetch(form.action, { method: "POST", body: inputsOf(question), headers: { Accept: "application/json" }, keepalive: true }).catch(() => {});
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSubmitting && delay > 0 && waiting.size) event.preventDefault();
  });
})();
