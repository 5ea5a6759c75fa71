// The little that pages do by themselves: keys, the theme, menus that close, confirmations that leave.
(() => {
  "use strict";
  const root = document.documentElement;

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-theme-choice]");
    if (chosen) {
      const theme = chosen.dataset.themeChoice;
      if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
      document.cookie = `quell_theme=${theme};path=/;max-age=31536000;samesite=lax`;
    }
    const close = event.target.closest("[data-close]");
    if (close) close.closest("[data-keep]").replaceChildren();
    // Only one menu is open at a time, and a click elsewhere closes it.
    for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
  });

  const cards = () => [...document.querySelectorAll("[data-href]")];
  const step = (by) => {
    const all = cards();
    if (!all.length) return;
    const here = all.findIndex((card) => card.contains(document.activeElement));
    const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.menu[open]")) {
        open.open = false;
        if (open.contains(document.activeElement)) open.querySelector("summary").focus();
      }
      const asked = document.activeElement.closest(".slot");
      if (asked) { asked.closest(".card").focus({ preventScroll: true }); asked.replaceChildren(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    if (event.key === "/") { event.preventDefault(); document.getElementById("find")?.focus(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "Enter" && event.target.matches("[data-href]")) window.location.href = event.target.dataset.href;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    // A form that was asked for is ready to be typed into.
    if (event.detail.target.matches(".slot")) event.detail.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    for (const toast of document.querySelectorAll("[data-fade]:not([data-fading])")) {
      toast.dataset.fading = "1";
      setTimeout(() => toast.remove(), 15000);
    }
  });
  // What was asked for is answered: its form goes, and comes back only if the answer brings it again.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig.elt;
    if (form.matches?.(".asked") && event.detail.xhr.status < 500) form.closest(".slot").dataset.answered = "1";
  });
  // An answer that refuses still carries the card with what to put right.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 403 || event.detail.xhr.status === 401) window.location.reload();
  });
})();
