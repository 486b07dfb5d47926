"use strict";
// Times in the reader's own zone and language; without this script they are in the server's.
function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    if (!Number.isNaN(when.getTime())) {
      time.textContent = when.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "seconds" in time.dataset ? "medium" : "short" });
      time.title = time.dateTime;
    }
  }
}
localTimes(document);
document.addEventListener("htmx:afterSwap", (event) => localTimes(event.target));
// A corrected row: on to the next cell at fault, in this row or behind it. What was typed outlives a reload.
let saved = "";
document.addEventListener("htmx:beforeRequest", (event) => { saved = event.target.matches("form.fix") ? event.target.id : ""; });
document.addEventListener("htmx:afterSettle", () => {
  const row = saved && document.getElementById(saved);
  if (!row) return;
  saved = "";
  const next = [...document.querySelectorAll("[data-fault]")].find((cell) => row.contains(cell) || row.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
  (next || document.querySelector("#figures button, #figures a, [data-fault]"))?.focus();
});
const kept = (input) => `${location.pathname} ${input.id} ${input.defaultValue}`;
document.addEventListener("input", ({ target }) => { if (target.closest("form.fix")) sessionStorage.setItem(kept(target), target.value); });
for (const input of document.querySelectorAll("form.fix [name^=cell]")) input.value = sessionStorage.getItem(kept(input)) ?? input.value;
