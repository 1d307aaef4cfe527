// Drag a post to another hour or day: the drop sends the same form that the page offers without scripts.
"use strict";
{
  const form = document.querySelector("form[data-drop]");
  let carried = null;
  const cell = (event) => event.target.closest?.("td[data-day]");
  const clear = () => { for (const each of document.querySelectorAll("td.target")) each.classList.remove("target"); };
  document.addEventListener("dragstart", (event) => {
    carried = event.target.closest?.(".slot[data-post]");
    if (!carried) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", carried.dataset.post);
    carried.classList.add("carried");
  });
  document.addEventListener("dragend", () => { carried?.classList.remove("carried"); carried = null; clear(); });
  document.addEventListener("dragover", (event) => {
    const over = carried && cell(event);
    if (!over) return;
    event.preventDefault();
    clear();
    over.classList.add("target");
  });
  document.addEventListener("drop", (event) => {
    const over = carried && cell(event);
    if (!over) return;
    event.preventDefault();
    const time = over.dataset.hour ? `${over.dataset.hour}:${carried.dataset.minute}` : carried.dataset.time;
    form.action = `/posts/${carried.dataset.post}/move`;
    form.elements.at.value = `${over.dataset.day}T${time}`;
    form.elements.version.value = carried.dataset.version;
    form.requestSubmit();
  });
}
