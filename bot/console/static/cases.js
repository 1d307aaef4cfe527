// Keys for people who read hundreds of cases. Every one has a visible label; without a script the buttons are there.
"use strict";
{
  const rows = [...document.querySelectorAll("a.row")];
  const help = document.getElementById("keys");
  const types = (target) => target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
  const step = (by) => {
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  };
  const choose = (number) => {
    const choice = document.querySelector(`input[name=category][value="${number}"]`);
    if (!choice) return;
    choice.closest("details")?.setAttribute("open", "");
    choice.checked = true;
    choice.focus();
  };
  const press = (key) => {
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return;
    if ("cjk".includes(key)) found.click();
    else {  // what has consequences is confirmed with Enter
      found.focus();
      found.scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || types(event.target)) return;
    if (event.key === "Enter" && event.target.matches(".decide .pick input")) event.preventDefault();  // chooses, decides nothing
    else if (event.key === "?") help?.togglePopover?.();
    else if (rows.length && event.key === "j") step(1);
    else if (rows.length && event.key === "k") step(-1);
    else if (/^[0-9]$/.test(event.key)) choose(event.key);
    else if (event.key.length === 1) press(event.key);
  });

  // A page that shows how far something is looks again by itself; without a script there is a link.
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), Number(again.dataset.again));
}
