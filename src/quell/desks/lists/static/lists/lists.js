// Lists: ticking a page at once, how many are ticked, "x" to tick the row that has the focus.
(() => {
  "use strict";
  const boxes = (form) => [...form.querySelectorAll("input[name=row]")];
  const tell = (form) => {
    const count = form.querySelector(".count");
    if (!count) return;
    const ticked = boxes(form).filter((box) => box.checked).length;
    count.hidden = !ticked;
    count.textContent = `${count.dataset.ticked}: ${ticked}`;
    const all = form.querySelector("[data-tick-all]");
    all.checked = ticked > 0 && ticked === boxes(form).length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.rows");
    if (!form) return;
    if (event.target.matches("[data-tick-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
    tell(form);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const box = event.target.closest("tr")?.querySelector("input[name=row]");
    if (!box) return;
    box.checked = !box.checked;
    tell(box.form);
  });
  // A click anywhere in a row opens it, as Enter does; not on what is itself clicked, and not while text is selected.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("table.list tr[data-href]");
    if (!row || event.target.closest("a, input, label, button, .tick") || String(window.getSelection())) return;
    window.location.href = row.dataset.href;
  });
  // A sheet that would leave the screen opens to the other side.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details.pick") || !event.target.open) return;
    const sheet = event.target.querySelector(".sheet");
    event.target.classList.toggle("right", event.target.closest(".listmenus") !== null);
    if (sheet.getBoundingClientRect().right > document.documentElement.clientWidth) event.target.classList.add("right");
  }, true);
  document.addEventListener("lists-done", () => {
    const form = document.querySelector("form.rows");
    if (!form) return;
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    tell(form);
    document.getElementById("asked").replaceChildren();
    // What was sealed came while rows were still ticked, and a form in use is not redrawn: draw it once more.
    setTimeout(() => window.htmx.trigger(document.getElementById("app"), "sse:sealed"), 800);
  });
})();
