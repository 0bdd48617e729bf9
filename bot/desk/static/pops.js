// Menus and sheets that open over the page: only one at a time; a click beside it or Escape puts it away.

const open = () => document.querySelectorAll("details.pop[open], details.me[open]");

document.addEventListener("click", (event) => {
  for (const pop of open()) if (!pop.contains(event.target)) pop.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const pop of open()) {
    pop.open = false;
    pop.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
}, { capture: true });
