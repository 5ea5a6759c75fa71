// Keys, the tools above the picture, and the search.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const FOUND = 9;

  // The next case in a direction: up the chain, down it, or among those with the same source.
  const step = (page, key) => {
    const { forest, layout, focus } = page;
    if (focus < 0) return forest.trees[0] ?? forest.alone[0] ?? -1;
    const shown = (node) => !layout.hidden[node] && (page.day === null || layout.x[node] <= page.day);
    if (key === "ArrowLeft") return forest.parent[focus];
    if (key === "ArrowRight") { const all = forest.children[focus].filter(shown); return all.length ? all[0] : -1; }
    const by = key === "ArrowDown" ? 1 : -1;
    const top = (list) => [...list].filter(shown).sort((a, b) => layout.y[a] - layout.y[b] || layout.x[a] - layout.x[b]);
    const row = forest.parent[focus] >= 0 ? top(forest.children[forest.parent[focus]]) : top(forest.size[focus] > 1 ? forest.trees : forest.alone);
    return row[row.indexOf(focus) + by] ?? -1;
  };

  chains.search = (page, text) => {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const starts = [], holds = [];
    for (let node = 0; node < page.scene.cases.id.length && starts.length < FOUND; node++) {
      const name = chains.name(page.scene, node).toLowerCase();
      if (name.startsWith(wanted) || page.scene.cases.id[node].toLowerCase().startsWith(wanted)) starts.push(node);
      else if (holds.length < FOUND && name.includes(wanted)) holds.push(node);
    }
    starts.sort((a, b) => chains.name(page.scene, a).length - chains.name(page.scene, b).length || a - b);
    return [...starts, ...holds].slice(0, FOUND);
  };

  const listenToSearch = (page) => {
    const { parts, words } = page;
    let chosen = 0, found = [];
    const close = () => { parts.found.hidden = true; parts.search.setAttribute("aria-expanded", "false"); parts.search.removeAttribute("aria-activedescendant"); };
    const take = (node) => { close(); parts.search.value = ""; page.focusOn(node, true); parts.canvas.focus({ preventScroll: true }); };
    const show = () => {
      parts.found.replaceChildren(...(found.length ? found.map((node, at) => chains.make("li", { role: "option", id: `chains-found-${at}`, "aria-selected": String(at === chosen), onpointerdown: (event) => { event.preventDefault(); take(node); } }, chains.make("b", {}, chains.name(page.scene, node)), chains.make("small", { class: "muted" }, ` ${chains.day(page, page.scene.cases.day[node])} · ${chains.fill(words.infected, { n: page.forest.children[node].length })}`))) : [chains.make("li", { class: "muted" }, words.nothingFound)]));
      parts.found.hidden = !parts.search.value.trim();
      parts.search.setAttribute("aria-expanded", String(!parts.found.hidden));
      if (found.length) parts.search.setAttribute("aria-activedescendant", `chains-found-${chosen}`);
    };
    parts.search.addEventListener("input", () => { chosen = 0; found = chains.search(page, parts.search.value); show(); });
    parts.search.addEventListener("blur", close);
    parts.search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length); show(); }
      else if (event.key === "Enter") { event.preventDefault(); if (found.length) take(found[chosen]); }
      else if (event.key === "Escape") { parts.search.value = ""; close(); parts.canvas.focus({ preventScroll: true }); }
    });
  };

  chains.listen = (page, { narrow }) => {
    const { parts, camera, words } = page;
    const showKeys = () => { parts.keysList.hidden = !parts.keysList.hidden; parts.keys.setAttribute("aria-expanded", String(!parts.keysList.hidden)); if (!parts.keysList.hidden) parts.keysList.focus({ preventScroll: true }); };
    const strip = () => {
      page.strip = !page.strip;
      parts.strip.setAttribute("aria-pressed", String(page.strip));
      page.arrange();
      page.say(page.strip ? words.saidStrip : words.saidNoStrip);
    };
    listenToSearch(page);
    parts.mode.addEventListener("change", () => page.colourBy(parts.mode.value));
    parts.contacts.addEventListener("click", () => page.showContacts());
    parts.strip.addEventListener("click", strip);
    parts.fit.addEventListener("click", () => camera.fit());
    parts.larger.addEventListener("click", () => camera.zoom(1.4));
    parts.smaller.addEventListener("click", () => camera.zoom(1 / 1.4));
    parts.flatter.addEventListener("click", () => camera.stretch(1.35, 1));
    parts.taller.addEventListener("click", () => camera.stretch(1, 1.35));
    parts.keys.addEventListener("click", showKeys);
    parts.play.addEventListener("click", () => page.play());
    parts.earlier.addEventListener("click", () => page.setDay((page.day ?? page.last) - 1));
    parts.later.addEventListener("click", () => page.setDay((page.day ?? page.last) + 1));
    parts.slider.addEventListener("input", () => page.setDay(Number(parts.slider.value)));
    parts.open.addEventListener("click", () => parts.holder.classList.toggle("open"));
    parts.table.addEventListener("toggle", () => { if (parts.table.open && !parts.tableBody.childElementCount) page.showTable(0); });
    if (narrow.matches) parts.holder.classList.remove("open");

    const onPicture = {
      Enter: () => { if (page.focus >= 0) page.open(page.focus); },
      " ": () => { if (page.focus >= 0) page.toggle(page.focus); },
      "+": () => camera.zoom(1.3), "=": () => camera.zoom(1.3), "-": () => camera.zoom(1 / 1.3), 0: () => camera.fit(),
      "[": () => page.setDay((page.day ?? page.last) - 1), "]": () => page.setDay((page.day ?? page.last) + 1),
      p: () => page.play(), c: () => page.showContacts(), u: strip,
      PageUp: () => camera.move(0, -camera.view.height * 0.8), PageDown: () => camera.move(0, camera.view.height * 0.8),
      Home: () => { if (page.focus >= 0) page.focusOn(page.forest.root[page.focus], true); },
    };
    parts.canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      if (event.key.startsWith("Arrow")) {
        event.preventDefault();
        if (event.shiftKey) camera.move({ ArrowLeft: -60, ArrowRight: 60 }[event.key] ?? 0, { ArrowUp: -60, ArrowDown: 60 }[event.key] ?? 0);
        else { const next = step(page, event.key); if (next >= 0) page.focusOn(next, true); }
      } else if (onPicture[event.key]) { event.preventDefault(); event.stopPropagation(); onPicture[event.key](); }
    });
    // Before the house's own keys: on this page / looks among the cases, and ? tells the keys.
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && !event.target.matches("input:not([type=range]), textarea, select")) {
        if (!parts.keysList.hidden) { showKeys(); parts.canvas.focus({ preventScroll: true }); }
        else if (page.focus >= 0) { page.focusOn(-1, false); parts.canvas.focus({ preventScroll: true }); }
        return;
      }
      if (event.target.matches("input:not([type=range]), textarea, select")) return;
      if (event.key === "/") { event.preventDefault(); event.stopPropagation(); parts.search.focus(); }
      else if (event.key === "?") { event.preventDefault(); showKeys(); }
    }, true);
    document.addEventListener("click", (event) => { if (!parts.keysList.hidden && !event.target.closest(".keys-list, .sign")) parts.keysList.hidden = true; });
  };
})();
