// The whole of the browser's part: blank the screen, watch for idleness, keep a draft, send a form once.
"use strict";
(() => {
  const body = document.body;
  const csrf = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["x-csrftoken"] || "";
  const post = (url, data, extra = {}) =>
    fetch(url, { method: "POST", body: data, credentials: "same-origin", headers: { "x-csrftoken": csrf() }, ...extra });

  // --- Blank the screen: Esc twice, or the button ---
  const blank = document.getElementById("blank");
  let lastEscape = -Infinity; // one key soon after the page came is no second one
  const showBlank = () => {
    blank.hidden = false;
    blank.querySelector("button").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - lastEscape < 600) showBlank();
    lastEscape = event.timeStamp;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-blank]")) showBlank();
    if (event.target.closest("#blank button")) blank.hidden = true;
  });

  // --- Drafts: what is typed is kept on the server, never in the browser ---
  const drafts = new Map();
  const saveDraft = async (form) => {
    const state = form.querySelector("[data-draft-state]");
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
    try {
      const answer = await post(form.dataset.draft, data, { keepalive: true });
      if (state) state.textContent = answer.ok ? "Draft kept " + new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : "";
    } catch {
      if (state) state.textContent = "No connection: keep this page open.";
    }
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    clearTimeout(drafts.get(form));
    drafts.set(form, setTimeout(() => { drafts.delete(form); saveDraft(form); }, 1500));
  });
  const flushDrafts = () => Promise.all([...drafts.keys()].map((form) => { clearTimeout(drafts.get(form)); drafts.delete(form); return saveDraft(form); }));

  // --- A form goes once: the second press does nothing ---
  document.addEventListener("submit", (event) => {
    const form = event.target;
    for (const [known, timer] of drafts) if (known === form) { clearTimeout(timer); drafts.delete(known); }
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });

  // --- Idle: warn two minutes before, then keep the draft, clear the page, go to sign in ---
  const idleSeconds = Number(body.dataset.idle || 0);
  if (idleSeconds) {
    const dialog = document.getElementById("idle");
    let last = Date.now();
    let told = Date.now();
    const away = () => (Date.now() - last) / 1000;
    const here = () => {
      if (dialog.open) return;
      last = Date.now();
      if (last - told > 60000) { told = last; post(body.dataset.stillHere).catch(() => {}); }
    };
    for (const kind of ["pointerdown", "keydown", "input", "scroll"]) document.addEventListener(kind, here, { passive: true });
    dialog.querySelector("[data-stay]").addEventListener("click", () => { dialog.close(); told = 0; here(); });
    const leave = async () => {
      await flushDrafts();
      const back = encodeURIComponent(location.pathname + location.search);
      document.documentElement.replaceChildren();
      location.replace(body.dataset.signIn + "?next=" + back);
    };
    setInterval(() => {
      if (away() > idleSeconds) leave();
      else if (away() > idleSeconds - 120 && !dialog.open) dialog.showModal();
    }, 5000);
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // --- Select many, on lists ---
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-select-all]");
    const list = event.target.closest("form[data-selectable]");
    if (!list) return;
    const boxes = [...list.querySelectorAll("input[name=pupil]")];
    if (all) for (const box of boxes) box.checked = all.checked;
    const chosen = boxes.filter((box) => box.checked).length;
    const bar = list.querySelector("[data-select-bar]");
    if (bar) bar.hidden = !chosen;
    const count = list.querySelector("[data-select-count]");
    if (count) count.textContent = chosen;
  });

  // htmx notes the address of the page in the browser; nothing of a visit stays there.
  document.addEventListener("DOMContentLoaded", () => sessionStorage.clear());

  // --- Errors: take the eye and the keyboard there ---
  document.getElementById("error-summary")?.focus();
  document.addEventListener("htmx:responseError", () => {
    const box = document.getElementById("messages");
    if (box) box.innerHTML = '<div class="message message-late"><p>That did not work. What you typed is safe. Try again in a moment.</p></div>';
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-print]");
    if (opener) window.print();
    if (!event.target.closest(".find")) document.getElementById("found")?.replaceChildren();
  });
})();
