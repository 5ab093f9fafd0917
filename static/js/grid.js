// The review grid: each field saves itself a moment after the last key, says how that went, and Enter goes down.
"use strict";
(() => {
  const body = document.body;
  const tokenOf = (page) => JSON.parse(page.getAttribute("hx-headers") || "{}")["x-csrftoken"] || "";
  let csrf = tokenOf(body);
  const cells = [...document.querySelectorAll("[data-cell]")];
  const typed = (cell) => (cell.type === "checkbox" ? (cell.checked ? "1" : "") : cell.value);
  const first = (cell) => {
    if (cell.type === "checkbox") return cell.defaultChecked ? "1" : "";
    if (cell.tagName === "SELECT") return [...cell.options].find((option) => option.defaultSelected)?.value ?? "";
    return cell.defaultValue;
  };
  const stands = new Map(cells.map((cell) => [cell, first(cell)])); // what the server holds, in its own writing
  const kept = new Map(stands); // what was typed when it was saved: 90 where the server holds 7y 6m
  const timers = new Map();
  const running = new Map(); // one saving of a cell waits for the one before
  const isOpen = (cell) => typed(cell) !== kept.get(cell);
  const put = (cell, text) => {
    if (cell.type === "checkbox") cell.checked = text === "1"; else cell.value = text;
    stands.set(cell, text);
    kept.set(cell, text);
  };

  const placeOf = (cell) => cell.closest("td, .grid-cell").querySelector(`[data-cell-state="${cell.dataset.cell}"]`);
  const sign = (cell, words, kind = "") => {
    const place = placeOf(cell);
    place.textContent = words;
    place.className = `cell-state ${kind}`;
    const open = cells.filter(isOpen).length;
    const all = document.querySelector("[data-grid-state]");
    if (all) all.textContent = open ? `${open} not saved yet` : "Everything is saved";
  };

  const offer = (cell, words, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-line btn-sm", textContent: words });
    made.addEventListener("click", act);
    placeOf(cell).append(made, " ");
  };
  const theirs = (cell, text) => {
    sign(cell, "", "cell-late");
    placeOf(cell).append(`Somebody else wrote: “${text}”. `);
    const button = (words, act) => offer(cell, words, act);
    button("Keep mine", () => { stands.set(cell, text); save(cell); });
    button("Take theirs", () => { put(cell, text); sign(cell, "Theirs is kept"); });
  };

  const looked = new Set(); // cells whose words somebody has looked at
  const again = (cell, words) => {
    sign(cell, words, "cell-late");
    clearTimeout(timers.get(cell));
    timers.set(cell, setTimeout(() => save(cell), 8000));
  };
  // Whoever signs in again gets another token: the page asks for it, and what was typed stays.
  const renew = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    csrf = tokenOf(page.body) || csrf;
  };
  const send = async (cell) => {
    const value = typed(cell);
    if (!isOpen(cell)) return sign(cell, "");
    sign(cell, "Saving");
    const data = new FormData();
    if (looked.has(cell)) data.set("words_checked", "1");
    for (const [name, text] of [["field", cell.dataset.cell], ["value", value], ["was", stands.get(cell)]]) data.set(name, text);
    const url = cell.closest("[data-cell-url]").dataset.cellUrl;
    try {
      const answer = await fetch(url, { method: "POST", body: data, credentials: "same-origin", keepalive: true, headers: { "x-csrftoken": csrf, accept: "application/json" } });
      const said = (answer.headers.get("content-type") || "").includes("json") ? await answer.json() : {};
      if (answer.ok && "stands" in said) {
        stands.set(cell, said.stands);
        kept.set(cell, value);
        const tick = cell.dataset.cell === "value" && cell.closest("td").querySelector("[data-cell=otherwise]");
        if (tick && tick.checked && value) { stands.set(tick, said.otherwise || ""); kept.set(tick, said.otherwise || ""); save(tick); }
        settle(cell);
        return sign(cell, isOpen(cell) ? "Not saved yet" : `Saved ${said.at}`);
      }
      if (answer.status === 409) return theirs(cell, said.theirs);
      if (said.message) {
        sign(cell, `${said.message} `, "cell-late");
        if (said.may_stay) offer(cell, "I have checked: the words may stay", () => { looked.add(cell); save(cell); });
        return undefined;
      }
      if (answer.status === 403 || answer.redirected) await renew();
      again(cell, answer.redirected || answer.status === 403 ? "Not saved: sign in again in another tab. It is tried again." : "Not saved yet. It is tried again.");
    } catch {
      again(cell, "No connection: keep this page open. It is tried again.");
    }
    return undefined;
  };
  // What the server made of a value (7y 6m of 90) goes into the field once nobody types there.
  const settle = (cell) => {
    if (cell !== document.activeElement && !isOpen(cell) && stands.has(cell)) put(cell, stands.get(cell));
  };
  const save = (cell) => {
    clearTimeout(timers.get(cell));
    timers.delete(cell);
    const next = (running.get(cell) || Promise.resolve()).then(() => send(cell));
    running.set(cell, next);
    return next;
  };
  const soon = (cell, wait) => {
    clearTimeout(timers.get(cell));
    timers.set(cell, setTimeout(() => save(cell), wait));
    sign(cell, "Not saved yet");
  };
  document.addEventListener("input", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const part = (name) => cell.closest("tr")?.querySelector(`[data-cell=${name}]`);
    if (cell.dataset.cell === "next_step") part("carry_reason").hidden = cell.value !== "carry";
    if (["value", "judgement"].includes(cell.dataset.cell)) part("unmeasured").hidden = Boolean(part("value").value || !part("judgement").value);
    soon(cell, cell.matches("select, [type=checkbox]") ? 50 : 700);
  });
  document.addEventListener("focusout", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    if (timers.has(cell)) save(cell);
    else setTimeout(() => settle(cell), 0);
  });
  const flush = () => [...timers.keys()].map(save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  addEventListener("pagehide", flush);
  addEventListener("online", flush);
  addEventListener("beforeunload", (event) => { if (cells.some(isOpen)) event.preventDefault(); });
  // Closing waits until all is saved, and does not begin while something is not.
  document.querySelector("[data-grid-close]")?.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.flushed) return;
    event.preventDefault();
    flush();
    await Promise.all(running.values());
    await Promise.all(cells.filter(isOpen).map(save));
    const open = cells.find(isOpen);
    if (open) return open.focus();
    form.dataset.flushed = "1";
    return form.submit();
  });

  // --- By keyboard ---
  const move = (cell, step) => {
    const same = cells.filter((one) => one.dataset.cell === cell.dataset.cell && !one.hidden);
    const next = same[same.indexOf(cell) + step];
    if (!next) return false;
    next.focus();
    if (next.select) next.select();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.altKey && arrow && move(cell, arrow)) event.preventDefault();
    else if (event.key === "Enter" && cell.tagName !== "TEXTAREA" && move(cell, event.shiftKey ? -1 : 1)) event.preventDefault();
  });
})();
