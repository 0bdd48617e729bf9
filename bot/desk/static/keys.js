// Single keys, never while somebody is typing; every page shows them at "?".

const help = document.getElementById("help");
for (const button of document.querySelectorAll("[data-help]")) button.hidden = !help;
document.addEventListener("click", (event) => event.target.closest("[data-help]") && help.showModal());

/** `{j: run, …}`; a key whose run returns false is left to the browser. */
export function keys(table) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && field) return field.blur();
    if (field || document.querySelector("dialog[open]")) return;
    const run = event.key === "?" && help ? () => help.showModal() : table[event.key];
    if (run && run(event) !== false) event.preventDefault();
  });
}
