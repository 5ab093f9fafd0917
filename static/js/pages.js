// The pages of a plan beside its words: begin at the page where the section begins.
"use strict";
(() => {
  const box = document.querySelector(".pagebox[data-start]");
  const first = box && document.getElementById("page-" + box.dataset.start);
  if (first) box.scrollTop = first.offsetTop - box.offsetTop;
})();
