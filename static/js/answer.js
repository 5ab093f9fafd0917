// A question page of somebody without an account: says when the typing could not be kept, and tries again.
"use strict";
(() => {
  const keeper = document.querySelector("[data-answer-save]");
  if (!keeper) return;
  const show = (name) => {
    const box = document.getElementById("answer-saved");
    for (const part of box.children) if (part.type !== "hidden") part.hidden = !part.matches(name);
    box.classList.add("answer-warn");
  };
  const again = () => htmx.trigger(keeper, "flush");
  let timer = 0;
  const offline = () => {
    show("[data-answer-offline]");
    clearTimeout(timer);
    timer = setTimeout(again, 8000);
  };
  keeper.addEventListener("htmx:sendError", offline);
  keeper.addEventListener("htmx:timeout", offline);
  keeper.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 404) show("[data-answer-ended]");
    else offline();
  });
  window.addEventListener("online", again);
  // A phone that is put away gets no second chance.
  document.addEventListener("visibilitychange", () => { if (document.hidden && changed) again(); });
  let changed = false;
  document.addEventListener("input", () => { changed = true; });
  keeper.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) changed = false; });
  // What was typed while the page was still loading met no listener.
  window.addEventListener("load", () => {
    const isTyped = (box) => box.value !== box.defaultValue;
    if (![...document.querySelectorAll("textarea")].some(isTyped)) return;
    changed = true;
    again();
  });
})();
