// The next action of a line opens in a panel beside the list; what was done there leaves the list.
"use strict";
(() => {
  const panel = document.getElementById("panel");
  if (!panel) return;
  const body = document.getElementById("panel-body");
  const title = document.getElementById("panel-title");
  const whole = panel.querySelector("[data-panel-whole]");
  let at = "";
  let asked = ""; // the address that was opened; `at` is where it led
  let item = "";
  let list = "";
  let busy = false;
  // What was typed in a panel that was closed, by its address: opened again, it is all still there.
  const kept = new Map();

  const isTyped = (field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.value !== field.defaultValue;
  // The server keeps what it was sent: no question whether to leave it behind.
  let isSent = false;
  const go = (address) => {
    isSent = true;
    location.assign(address);
  };
  const hasTyping = () =>
    [...body.querySelectorAll("input:not([type=hidden]), select, textarea")].some(isTyped);
  const putAside = () => {
    if (hasTyping()) kept.set(asked, { nodes: [...body.childNodes], at });
    body.replaceChildren();
  };
  const bringBack = (address) => {
    const { nodes, at: page } = kept.get(address);
    kept.delete(address);
    const told = Object.assign(document.createElement("p"), { className: "message message-soon" });
    told.setAttribute("role", "status");
    told.textContent = "What you had typed is back. It is not saved yet.";
    body.replaceChildren(told, ...nodes.filter((node) => !(node.classList && node.matches("p.message-soon"))));
    asked = address;
    at = whole.href = page;
    if (!panel.open) panel.showModal();
    body.focus();
  };

  const get = (address) => fetch(address, { credentials: "same-origin" });
  // A page of ours with the menu around it, or null: then the browser goes there by itself.
  const pageOf = async (answer) => {
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".shell") && page.getElementById("main") ? page : null;
  };
  const process = (part) => window.htmx && window.htmx.process(part);
  const tell = (page) => {
    const told = page && page.getElementById("messages");
    const box = document.getElementById("messages");
    if (told && box) box.replaceChildren(...told.childNodes);
  };

  const show = (page, address) => {
    const main = page.getElementById("main");
    for (const part of main.querySelectorAll("script, dialog, .demo")) part.remove();
    const told = main.querySelector("#messages");
    if (told) told.removeAttribute("id");
    body.replaceChildren(...main.childNodes);
    at = whole.href = address;
    process(body);
    if (!panel.open) panel.showModal();
    (body.querySelector("#error-summary") || body).focus();
    body.scrollTop = 0;
  };

  const open = async (address) => {
    if (busy) return;
    const known = new URL(address, location.href).href;
    if (kept.has(known)) return bringBack(known);
    busy = true;
    try {
      const answer = await get(address);
      const page = answer.ok ? await pageOf(answer) : null;
      if (page) {
        asked = known;
        show(page, answer.url);
      } else go(address);
    } catch {
      go(address);
    } finally {
      busy = false;
    }
  };

  const refresh = async () => {
    const parts = [...document.querySelectorAll("[data-panel-refresh][id]")];
    const page = parts.length ? await pageOf(await get(location.href)) : null;
    if (!page) return false;
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (!fresh) continue;
      part.replaceWith(fresh);
      process(fresh);
    }
    return true;
  };

  const send = async (form, submitter) => {
    const action = (submitter && submitter.getAttribute("formaction")) || form.getAttribute("action") || at;
    const address = new URL(action, at);
    const data = new FormData(form, submitter);
    if (form.method !== "post") {
      address.search = new URLSearchParams(data).toString();
      return open(address.href);
    }
    if (busy) return undefined;
    busy = true;
    let answer;
    try {
      answer = await fetch(address.href, { method: "POST", body: data, credentials: "same-origin" });
    } catch {
      body.prepend(Object.assign(document.createElement("p"), { className: "message message-late", textContent: "No connection. What you typed is still here: try again in a moment." }));
      return undefined;
    } finally {
      busy = false;
      delete form.dataset.sent;
    }
    const page = await pageOf(answer);
    if (!page) return go(answer.redirected ? answer.url : at);
    if (!answer.redirected) return show(page, at);
    if (!(await refresh())) return go(location.href);
    if (document.querySelector(`${list}[data-due="${item}"]`)) return show(page, answer.url);
    tell(page);
    body.replaceChildren(); // what was typed is saved
    panel.close();
    document.getElementById("main").focus();
    return undefined;
  };

  const ours = (link) => link.origin === location.origin && !link.target && !link.hasAttribute("download");
  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.target.closest("[data-panel-close]")) return panel.close();
    const link = event.target.closest("a[href]");
    if (!link || !plain || event.defaultPrevented || !ours(link)) return undefined;
    if (link.dataset.panel) {
      event.preventDefault();
      item = link.dataset.panel;
      list = link.closest(".due") ? ".due" : ".late-rows li"; // what was done late leaves the one and joins the other
      title.textContent = link.textContent.trim();
      return open(link.href);
    }
    if (!body.contains(link) || link.hasAttribute("hx-get")) return undefined;
    if (link.closest(".form-actions") && link.classList.contains("btn-quiet")) {
      event.preventDefault();
      return panel.close();
    }
    if (link.classList.contains("btn")) {
      event.preventDefault();
      return open(new URL(link.getAttribute("href"), at).href);
    }
    return undefined;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!body.contains(form) || event.defaultPrevented || form.matches("[hx-post], [hx-get]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  panel.addEventListener("close", putAside);
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && (kept.size || (panel.open && hasTyping()))) event.preventDefault();
  });
})();
