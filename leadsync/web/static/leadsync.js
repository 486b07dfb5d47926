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
// A corrected row: on to the next cell at fault, in this row or behind it, unless the reader is in another cell by
// now: Enter would save that one's row. What was typed outlives a reload.
let saved = "";
document.addEventListener("htmx:beforeRequest", (event) => { saved = event.target.matches("form.fix") ? event.target.id : ""; });
document.addEventListener("htmx:afterSettle", () => {
  const left = JSON.parse(document.querySelector("#figures[data-left]")?.dataset.left ?? "null");
  const count = (reason, rows) => { if (rows) reason.querySelector("h2 .quiet").textContent = rows; else reason.remove(); };
  // The reasons above the rows have as many rows as are left; the word about an earlier value goes.
  if (left) for (const one of document.querySelectorAll("#put, [data-reason]")) count(one, left[one.dataset.reason]);
  const row = saved && document.getElementById(saved);
  if (!row) return;
  saved = "";
  if (document.activeElement !== document.body && !row.contains(document.activeElement)) return;
  const next = [...document.querySelectorAll("[data-fault]")].find((cell) => row.contains(cell) || row.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
  (next || document.querySelector("#figures button, #figures a, [data-fault]"))?.focus();
});
const kept = (input) => `${location.pathname} ${input.id} ${input.defaultValue}`;
document.addEventListener("input", ({ target }) => { if (target.closest("form.fix")) sessionStorage.setItem(kept(target), target.value); });
for (const input of document.querySelectorAll("form.fix [name^=cell]")) input.value = sessionStorage.getItem(kept(input)) ?? input.value;
// Corrected rows are about to be sent: a cell typed and not saved would stay behind.
document.addEventListener("submit", (event) => {
  if (!event.target.action.endsWith("/edits/send")) return;
  const open = [...document.querySelectorAll("form.fix [name^=cell]")].find((input) => input.value !== input.defaultValue);
  if (!open || confirm(`${open.form.getAttribute("aria-label")} has a value that is not saved. ${event.target.dataset.ask ?? "Send the others without it?"}`)) return;
  event.preventDefault();
  open.focus();
});
// A value for many rows: on to the next field of the reasons, or back to the same one if nothing was put.
const fieldOf = (form) => JSON.stringify(["of", "place", "value"].map((name) => form.elements[name].value));
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("form.put")) return;
  const forms = [...document.querySelectorAll("form.put")];
  sessionStorage.setItem("put", JSON.stringify(forms.slice(forms.indexOf(target)).map(fieldOf)));
});
const put = JSON.parse(sessionStorage.getItem("put") ?? "null")?.slice(document.querySelector("main .error") ? 0 : 1);
sessionStorage.removeItem("put");
if (put) {
  const forms = [...document.querySelectorAll("form.put")];
  const next = forms.find((form) => put.includes(fieldOf(form))) ?? forms[0];
  (next?.elements.new ?? document.querySelector("[data-fault]") ?? document.querySelector("#figures button"))?.focus();
}
// A row left out: its button takes it back in. A key held down is pressed once.
addEventListener("load", () => document.querySelector("tr:target .leave button")?.focus());
addEventListener("keydown", (event) => { if (event.repeat && event.key === "Enter" && !event.target.matches("textarea")) event.preventDefault(); });
// On paper nothing can be unfolded.
addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; one.dataset.unfolded = ""; } });
addEventListener("afterprint", () => { for (const one of document.querySelectorAll("[data-unfolded]")) { one.open = false; delete one.dataset.unfolded; } });
