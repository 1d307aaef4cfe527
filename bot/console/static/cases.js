// Keys for people who read hundreds of cases. Every one has a visible label; without a script the buttons are there.
"use strict";
{
  const rows = [...document.querySelectorAll("a.row")];
  const help = document.getElementById("keys")?.closest("details");
  const busy = (target) => target.closest("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  };
  const press = (key) => {
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return;
    if (key === "c" || key === "j") found.click();
    else {  // what has consequences is confirmed with Enter
      found.focus();
      found.scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    if (event.key === "?" && help) {
      help.open = !help.open;
      help.querySelector("summary").focus();
    } else if (rows.length && event.key === "j") step(1);
    else if (rows.length && event.key === "k") step(-1);
    else if (event.key === "k") document.querySelector(".back a")?.click();
    else if (/^[1-9]$/.test(event.key)) {
      const list = document.querySelector("select[name=category]");
      if (list) { list.value = event.key; list.focus(); }
    } else press(event.key);
  });

  // A page that shows how far something is looks again by itself; without a script there is a link.
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), Number(again.dataset.again));
}
