// The deployment board: move a slot with the mouse, or with M, the arrow keys and Enter. The server does the rest.
"use strict";
(() => {
  const box = document.querySelector("[data-board]");
  const form = document.getElementById("board-move");
  const said = document.getElementById("board-said");
  if (!box || !form) return;
  const chips = (row) => [...row.querySelectorAll("td[data-m] > a")];
  let held = null;
  let target = null;

  const drop = (cell) => {
    if (!held || !cell) return;
    if (cell === held.parentElement) { release(); return; }
    form.action = new URL("move/", held.href).pathname;
    form.elements.member.value = cell.dataset.m;
    form.elements.weekday.value = cell.dataset.d;
    form.elements.week.value = box.dataset.week;
    form.elements.seen.value = box.dataset.seen;
    form.submit();
  };
  const mark = (cell) => {
    if (target) target.classList.remove("is-target");
    target = cell;
    if (target) target.classList.add("is-target");
  };
  const release = () => {
    if (held) held.classList.remove("is-held");
    held = null;
    mark(null);
  };
  const where = (cell) => {
    const row = cell.parentElement;
    const day = box.querySelectorAll("thead th")[[...row.children].indexOf(cell)];
    return `${row.querySelector("th a").textContent}, ${day.firstChild.textContent}`;
  };

  box.addEventListener("dragstart", (event) => {
    held = event.target.closest("td[data-m] > a");
    if (held) { held.classList.add("is-held"); event.dataTransfer.effectAllowed = "move"; }
  });
  box.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td[data-m]");
    if (!held || !cell) return;
    event.preventDefault();
    if (cell !== target) mark(cell);
  });
  box.addEventListener("drop", (event) => { event.preventDefault(); drop(event.target.closest("td[data-m]")); });
  box.addEventListener("dragend", release);

  // One stop for the tab key in each row; the arrow keys go on from there.
  for (const row of box.querySelectorAll("tbody tr")) chips(row).slice(1).forEach((chip) => { chip.tabIndex = -1; });
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  const step = (cell, [down, right]) => {
    const rows = [...box.querySelectorAll("tbody tr")];
    const row = rows[rows.indexOf(cell.parentElement) + down];
    if (!row) return cell;
    const inRow = [...row.querySelectorAll("td[data-m]")];
    return inRow[[...cell.parentElement.querySelectorAll("td[data-m]")].indexOf(cell) + right] || cell;
  };
  box.addEventListener("keydown", (event) => {
    const chip = event.target.closest("td[data-m] > a");
    if (!chip || event.ctrlKey || event.altKey || event.metaKey) return;
    if (held) {
      if (event.key in STEPS) { mark(step(target, STEPS[event.key])); target.scrollIntoView({ block: "nearest" }); said.textContent = where(target); }
      else if (event.key === "Enter") drop(target);
      else if (event.key === "Escape") { event.stopPropagation(); release(); said.textContent = "Left where it was."; }
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === "m" || event.key === "M") {
      held = chip;
      held.classList.add("is-held");
      mark(chip.parentElement);
      said.textContent = `Picked up ${chip.textContent}. Choose a place with the arrow keys, then press Enter.`;
      event.preventDefault();
    } else if (event.key in STEPS) {
      const all = chips(chip.closest("tr"));
      const next = event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 1;
      const to = all[all.indexOf(chip) + next];
      if (to) { all.forEach((one) => { one.tabIndex = -1; }); to.tabIndex = 0; to.focus(); }
      event.preventDefault();
    }
  });
})();
