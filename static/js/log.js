// The log of a group: minutes by steps, and a button that says what it will save. Long lists of ticks get a search.
"use strict";
(() => {
  const form = document.querySelector("[data-log]");
  if (form) {
    const minutes = form.querySelector("[name=minutes]");
    const save = form.querySelector("[data-save]");
    const isNew = save.textContent.trim() === "Save";
    form.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step) minutes.value = Math.max(1, (parseInt(minutes.value, 10) || 0) + Number(step.dataset.step));
    });
    const say = () => {
      const boxes = [...form.querySelectorAll("[data-away]")];
      const away = boxes.filter((box) => box.checked).length;
      if (isNew && boxes.length) save.textContent = `Save: ${boxes.length - away} here, ${away} away`;
    };
    form.addEventListener("change", say);
    say();
  }

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
