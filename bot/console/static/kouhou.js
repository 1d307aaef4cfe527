// Small helps; every page works without them.
"use strict";

// A form is sent once: a double click is one click. Coming back with the browser's arrow opens it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// What was typed is not lost by a wrong click: forms marked data-keep ask before the page is left.
let typed = false;
document.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) typed = true; });
document.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

// After a refused form the reader hears the problem first.
const problem = document.getElementById("problem");
if (problem) { problem.tabIndex = -1; problem.focus(); }
