// Redraws a part of a page in place: what did not change is not touched, so focus, scroll, open menus and words that
// somebody is typing stay as they are. Elements are matched by id, else by their place among siblings of one tag.
(() => {
  "use strict";
  const busy = (element) => element === document.activeElement && element.matches("input, textarea, select");
  const changed = (field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked :
    field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.dataset.touched === "1" :
    field.value !== field.defaultValue;
  const dirty = (form) => [...form.elements].some((field) => field.matches("input:not([type=hidden]), textarea, select") && (busy(field) || changed(field)));

  const attributes = (from, to) => {
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !(name === "open" && from.tagName === "DETAILS")) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  };

  // Without an id: the same kind of thing, by tag and by the class that says what it is.
  const alike = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName && !one.id &&
    (one.nodeType !== Node.ELEMENT_NODE || one.classList[0] === other.classList[0]);

  const children = (from, to, added) => {
    const byId = new Map();
    for (const child of from.children) if (child.id) byId.set(child.id, child);
    let at = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      let found = null;
      if (wanted.nodeType === Node.ELEMENT_NODE && wanted.id) found = byId.get(wanted.id) || null;
      else for (let tried = at; tried && !found; tried = tried.nextSibling) if (alike(tried, wanted)) found = tried;
      if (!found) {
        const fresh = document.importNode(wanted, true);
        from.insertBefore(fresh, at);
        if (fresh.nodeType === Node.ELEMENT_NODE) added.push(fresh);
        continue;
      }
      if (found === at) at = at.nextSibling;
      else from.insertBefore(found, at);
      morph(found, wanted, added);
    }
    while (at) {
      const next = at.nextSibling;
      // Somebody is typing here: leave it until they are done, even though the page has moved on.
      const kept = at.nodeType === Node.ELEMENT_NODE && !at.dataset.answered && [at, ...at.querySelectorAll("form")].some((each) => each.tagName === "FORM" && dirty(each));
      if (!kept) {
        if (at.nodeType === Node.ELEMENT_NODE && at.contains(document.activeElement)) moveFocus(at);
        if (window.htmx && at.nodeType === Node.ELEMENT_NODE) window.htmx.remove(at);
        else at.remove();
      }
      at = next;
    }
  };

  const moveFocus = (leaving) => {
    // To the card it stood in, else to the next card, so that what comes next is one key away.
    const card = leaving.parentElement.closest(".card");
    if (card) { card.focus({ preventScroll: true }); return; }
    let next = leaving.nextElementSibling;
    while (next && !next.matches(".card")) next = next.nextElementSibling;
    (next || document.getElementById("board"))?.focus({ preventScroll: true });
  };

  const morph = (from, to, added) => {
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    if (from.isEqualNode(to)) return;
    if (from.tagName === "FORM" && dirty(from)) return;
    // What somebody opened stays until they close it.
    if (from.dataset.answered) from.replaceChildren();
    if (from.dataset.keep !== undefined && from.childElementCount) return;
    attributes(from, to);
    children(from, to, added);
  };

  document.addEventListener("change", (event) => { if (event.target.matches("select")) event.target.dataset.touched = "1"; });

  window.htmx.defineExtension("quell-morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => {
      if (style !== "morph") return false;
      const to = fragment.querySelector?.("#" + target.id) || fragment.firstElementChild;
      if (!to) return [];
      const added = [];
      morph(target, to, added);
      return added;
    },
  });
})();
