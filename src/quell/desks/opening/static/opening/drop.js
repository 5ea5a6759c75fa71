// Files may be dropped on the form instead of chosen; without this file the form works as it is.
(() => {
  const zone = (event) => event.target instanceof Element && event.target.closest("[data-drop]");
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => {
      const over = zone(event);
      if (!over) return;
      event.preventDefault();
      over.classList.add("over");
    });
  document.addEventListener("dragleave", (event) => {
    const left = zone(event);
    if (left && !left.contains(event.relatedTarget)) left.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const on = zone(event);
    if (!on) return;
    event.preventDefault();
    on.classList.remove("over");
    const input = on.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const on = zone(event);
    const said = on && on.querySelector("[data-chosen]");
    if (said) said.textContent = [...event.target.files].map((file) => file.name).join(", ");
  });
})();
