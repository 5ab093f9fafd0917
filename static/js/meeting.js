// The meeting by keyboard: Alt and an arrow save and move on, and 1 to 4 say how far an outcome has come.
"use strict";
(() => {
  const typing = (target) => target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const press = (name) => {
    const button = document.querySelector(`[data-${name}]`);
    if (button) button.click();
    return Boolean(button);
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "ArrowRight" && press("after")) return event.preventDefault();
    if (event.altKey && event.key === "ArrowLeft" && press("before")) return event.preventDefault();
    if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return undefined;
    const choice = document.querySelectorAll(".meeting-choice input[name=progress]")[Number(event.key) - 1];
    if (choice) {
      choice.checked = true;
      choice.focus();
    }
    return undefined;
  });
})();
