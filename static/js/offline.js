// The page without a signal: somebody's day as this phone holds it, sealed; a session is logged, and waits.
"use strict";
(() => {
  const queue = window.sendcoQueue;
  const body = document.body;
  const part = (name) => document.querySelector(`[data-part=${name}]`);
  const template = (name) => document.getElementById(name).content.cloneNode(true);
  const LOOK_EVERY = 15000;
  const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/London" });

  // Put one child into the fields that the page draws for nobody.
  const forChild = (made, id, name) => {
    for (const node of made.querySelectorAll("*")) {
      for (const field of ["name", "id", "for"]) {
        const value = node.getAttribute(field);
        if (value) node.setAttribute(field, value.replace(/-0(?=$|_)/, `-${id}`));
      }
    }
    const texts = document.createTreeWalker(made, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(body.dataset.child, name);
    return made;
  };

  const show = (name) => {
    for (const each of ["day", "form"]) part(each).hidden = each !== name;
    scrollTo(0, 0);
  };
  const open = (kind, session) => {
    const made = template(kind);
    const form = made.querySelector("form");
    Object.assign(form.dataset, { session: session.id, school: session.school, title: session.name, day: session.day });
    made.querySelector("[data-title]").textContent = session.name;
    made.querySelector("[data-when]").textContent = `${session.day}, ${session.at}.`;
    if (kind === "log-form") {
      form.elements.minutes.value = session.minutes;
      form.elements.shown.value = session.pupils.map(([id]) => id).join(",");
      for (const [id, name] of session.pupils) made.querySelector("[data-children]").append(forChild(template("log-child"), id, name));
      made.querySelector("[data-lost]").addEventListener("click", () => open("lost-form", session));
    }
    made.querySelector("[data-back-to-day]").addEventListener("click", () => show("day"));
    form.addEventListener("submit", (event) => { event.preventDefault(); save(form); });
    part("form").replaceChildren(made);
    show("form");
    form.dispatchEvent(new Event("change", { bubbles: true }));
    part("form").querySelector("h1").focus();
  };
  const save = async (form) => {
    if (form.dataset.keeping || !form.reportValidity()) return;
    form.dataset.keeping = "1";
    const kept = await queue.keep(window.sendcoLog.entryOf(form)).catch(() => false);
    delete form.dataset.keeping;
    if (!kept) { form.querySelector("[data-not-kept]").hidden = false; return; }
    await draw();
    show("day");
    look();
  };

  const line = (session, waits) => {
    const made = template("day-line");
    const link = made.querySelector("button");
    made.querySelector("li").dataset.session = session.id;
    made.querySelector("[data-at]").textContent = session.at;
    made.querySelector("[data-minutes]").textContent = `${session.minutes} min`;
    made.querySelector("[data-what]").textContent = [`${session.pupils.map(([, name]) => name).join(", ")}`, session.where].filter(Boolean).join(". ");
    link.textContent = session.name;
    if (waits || session.on > today()) link.replaceWith(document.createTextNode(session.name));
    else link.addEventListener("click", () => open("log-form", session));
    return made;
  };
  const draw = async () => {
    const day = await queue.day();
    const sleeping = await queue.count();
    part("away").hidden = Boolean(day);
    part("signed-in").hidden = !day;
    if (!day) {
      part("sleeping").textContent = sleeping
        ? `${sleeping} session${sleeping === 1 ? "" : "s"} on this phone ${sleeping === 1 ? "waits" : "wait"}, sealed, for whoever logged ${sleeping === 1 ? "it" : "them"} to sign in here.`
        : "Nothing waits on this phone.";
      return;
    }
    const waits = new Set((await queue.waiting()).filter((one) => !one.reason).map((one) => String(one.entry.session)));
    part("who").textContent = day.name;
    const list = part("list");
    list.replaceChildren();
    let last = "";
    for (const session of day.sessions) {
      if (session.day !== last) list.append(queue.element("li", { class: "day-of" }, (last = session.day)));
      list.append(line(session, waits.has(String(session.id))));
    }
    part("none").hidden = day.sessions.length > 0;
    await queue.draw();
  };

  // Back to the real page as soon as the server answers.
  let timer = null;
  const look = async () => {
    clearTimeout(timer);
    const isIn = await queue.refill();
    part("no-signal").hidden = isIn !== null;
    part("sign-in").hidden = isIn !== false;
    if (isIn && !part("day").hidden) {
      await queue.sync();
      location.replace(body.dataset.day);
      return;
    }
    timer = setTimeout(look, LOOK_EVERY);
  };

  part("sign-out").addEventListener("click", async () => {
    await queue.close();
    location.reload();
  });
  addEventListener("online", look);
  draw().catch(() => {});
  if (location.pathname !== body.dataset.self) look();
})();
