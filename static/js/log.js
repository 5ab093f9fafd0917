// The log of a group: minutes by steps, and a button that says what it will save. What is saved is kept on the phone
// first, then sent. Long lists of ticks get a search.
"use strict";
(() => {
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-log] [data-step]");
    if (!step) return;
    const minutes = step.closest("form").querySelector("[name=minutes]");
    minutes.value = Math.max(1, (parseInt(minutes.value, 10) || 0) + Number(step.dataset.step));
  });
  const say = (form) => {
    const save = form.querySelector("[data-save]");
    const boxes = [...form.querySelectorAll("[data-away]")];
    const away = boxes.filter((box) => box.checked).length;
    if (save.dataset.save && boxes.length) save.textContent = `${save.dataset.save}: ${boxes.length - away} here, ${away} away`;
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-log]");
    if (form) say(form);
  });
  document.querySelectorAll("[data-log]").forEach(say);

  // --- Kept on the phone first: a tab that dies, or a signal that goes, costs nothing ---
  const entryOf = (form) => {
    const data = new FormData(form);
    for (const name of ["csrfmiddlewaretoken", "form_token"]) data.delete(name);
    const { keep: what, session, school, title, day } = form.dataset;
    return { key: data.get("key") || crypto.randomUUID(), what, session, school, title, day, fields: [...data.entries()] };
  };
  const save = async (form) => {
    const queue = window.sendcoQueue;
    const entry = entryOf(form);
    if (!(await queue.keep(entry))) return form.submit();
    const answer = await queue.sendNow(entry.key);
    if (answer.state === "refused") {
      await queue.drop(entry.key);
      return form.submit(); // the server's own page says what is wrong, and gives everything back
    }
    return location.assign(form.dataset.back);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-keep][data-back]");
    if (!form || !window.sendcoQueue) return;
    event.preventDefault();
    if (form.dataset.keeping) return;
    form.dataset.keeping = "1";
    save(form).catch(() => form.submit());
  });
  window.sendcoLog = { entryOf };

  for (const set of new Set([...document.querySelectorAll("input[data-narrow]")].map((box) => box.closest("fieldset")))) {
    const lines = [...set.querySelectorAll(".form-check")];
    if (lines.length < 9) continue;
    const isOn = (line) => line.querySelector("input").checked;
    const box = document.createElement("div");
    box.className = "narrow-box";
    lines[0].before(box);
    box.append(...lines.filter(isOn), ...lines.filter((line) => !isOn(line)));
    const search = document.createElement("input");
    search.type = "search";
    search.className = "form-control mb-2";
    search.placeholder = "Type a few letters";
    search.setAttribute("aria-label", "Narrow the list");
    search.autocomplete = "off";
    box.before(search);
    search.addEventListener("input", () => {
      const words = search.value.trim().toLowerCase().split(/\s+/);
      for (const line of lines) {
        const text = line.textContent.toLowerCase();
        line.hidden = !isOn(line) && !words.every((word) => text.includes(word));
      }
    });
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
})();
