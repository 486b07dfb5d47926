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
