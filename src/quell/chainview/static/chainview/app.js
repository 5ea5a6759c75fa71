// The page: what is looked at, and what happens on a click or a key. Draws once a frame, and only when something changed.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const dark = matchMedia("(prefers-color-scheme: dark)"), still = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 720px)");

  const fetched = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  };

  const start = (holder, scene, words, inline) => {
    const page = {
      scene, words, fetched, language: scene.meta.language, off: new Set(), collapsed: new Set(), lit: null, day: null, focus: -1, contacts: null, byId: new Map(),
    };
    const parts = (page.parts = chains.frame(holder, words, { files: (name) => chains.save(page, name), pages: Boolean(scene.meta.file_url) }));
    const font = () => getComputedStyle(holder).fontFamily;
    const pen = chains.canvasPen(parts.canvas, font);
    let due = 0, first = true, cost = 0, drawnAt = 0, drawnFor = null, later = 0;
    // While somebody moves about and a drawing takes longer than a frame, the last one is moved instead; a new one comes
    // now and then, and when the hand is still.
    const draw = (now) => {
      due = 0;
      const { view } = camera;
      const lookedAt = drawnFor && (drawnFor.x !== view.x || drawnFor.y !== view.y || drawnFor.kx !== view.kx || drawnFor.ky !== view.ky) && drawnFor.what === stamp;
      const stretched = lookedAt ? view.ky / drawnFor.ky : 1;
      clearTimeout(later);
      if (cost > 11 && lookedAt && now - drawnAt < Math.min(500, Math.max(140, cost * 9)) && stretched < 2.2 && stretched > 0.45) {
        pen.moved(drawnFor, view, page.theme);
        chains.drawAxis(page, view, pen);
        later = setTimeout(() => { drawnFor = null; changed(); }, 90);
        return;
      }
      const began = performance.now();
      chains.draw(page, view, pen);
      cost = performance.now() - began;
      if (cost > 11) { pen.keep(); drawnFor = { ...view, what: stamp }; drawnAt = performance.now(); } else drawnFor = null;
      if (first) {
        first = false;
        parts.wait.hidden = true;
        performance.mark("chains-drawn");
        requestAnimationFrame(() => setTimeout(() => performance.mark("chains-painted")));
      }
    };
    let stamp = 0; // rises whenever something else than the view changed
    const moved = () => { if (!due) due = requestAnimationFrame(draw); };
    const changed = (page.changed = () => { stamp++; moved(); });
    const drawn = (node) => (node >= 0 && page.day !== null && page.layout.x[node] > page.day ? -1 : node);
    const at = (px, py, within) => { const { x, y } = camera.world(px, py); return drawn(chains.nearest(page.layout, x, y, camera.view.kx, camera.view.ky, within)); };
    const pick = (px, py, kind) => {
      if (py < camera.view.top) return -1;
      const found = at(px, py, kind === "touch" ? 22 : 11);
      if (found >= 0) return found;
      const { x, y } = camera.world(px, py);
      return drawn(chains.linkAt(page.layout, page.forest, x, y, camera.view.ky, 5));
    };
    const camera = (page.camera = chains.camera(parts.canvas, {
      changed: moved,
      clicked: (px, py, kind) => page.focusOn(pick(px, py, kind), false),
      twice: (px, py) => { const node = pick(px, py, "mouse"); if (node >= 0) page.open(node); },
      hovered: (px, py) => tip(px < 0 || py < camera.view.top ? -1 : at(px, py, 9), px, py),
    }));

    const tip = (node, px, py) => {
      parts.canvas.classList.toggle("over", node >= 0);
      parts.tip.hidden = node < 0;
      if (node < 0) return;
      const when = node < page.scene.cases.id.length ? chains.day(page, page.scene.cases.day[node]) : words.ghost;
      parts.tip.textContent = `${chains.name(page.scene, node)} · ${when}${page.forest.children[node].length ? ` · ${chains.fill(words.infected, { n: page.forest.children[node].length })}` : ""}`;
      const left = Math.min(px + 14, camera.view.width - parts.tip.offsetWidth - 6);
      parts.tip.style.transform = `translate(${Math.max(4, left)}px, ${py + 16}px)`;
    };

    page.say = (text) => { parts.live.textContent = text; };
    page.subjectUrl = (node) => page.scene.meta.subject_url.replace("{id}", page.scene.cases.id[node].split("/").map(encodeURIComponent).join("/"));
    page.open = (node) => { if (page.scene.meta.subject_url && node < page.scene.cases.id.length) window.location.href = page.subjectUrl(node); };
    page.caseButton = (node) => chains.make("button", { type: "button", class: "case-link", onclick: () => page.focusOn(node, true) }, chains.name(page.scene, node));

    // Where a case is hidden in a collapsed branch or in the strip, it is brought out first.
    const bringOut = (node) => {
      let again = false;
      for (let up = page.forest.parent[node]; up >= 0; up = page.forest.parent[up]) again = page.collapsed.delete(up) || again;
      if (page.layout.strip && page.forest.size[page.forest.root[node]] === 1) { page.strip = false; parts.strip.setAttribute("aria-pressed", "false"); again = true; }
      if (again) page.arrange();
    };
    page.focusOn = (node, reveal) => {
      page.focus = node;
      if (node < 0) { page.lit = null; holder.classList.remove("focused"); fillSide(); changed(); return; }
      bringOut(node);
      const lit = new Set([node]);
      for (let up = page.forest.parent[node]; up >= 0; up = page.forest.parent[up]) lit.add(up);
      const waiting = [node];
      while (waiting.length) for (const child of page.forest.children[waiting.pop()]) { lit.add(child); waiting.push(child); }
      for (const link of page.forest.others[node]) lit.add(page.scene.links.source[link]);
      page.lit = lit;
      holder.classList.add("focused", "open");
      fillSide();
      if (reveal) {
        if (camera.view.ky < 5) camera.stretch(Math.max(1, 3 / camera.view.kx), 12 / camera.view.ky);
        camera.reveal(page.layout.x[node], page.layout.y[node]);
      }
      page.say(said(node));
      changed();
    };
    const said = (node) => {
      const { forest } = page, link = forest.by[node];
      return chains.fill(link >= 0 ? words.saidCase : words.saidSource, {
        id: chains.name(page.scene, node), day: node < page.scene.cases.id.length ? chains.day(page, page.scene.cases.day[node]) : "–",
        source: link >= 0 ? chains.name(page.scene, page.scene.links.source[link]) : "", setting: link >= 0 ? chains.coded(page.scene.links.setting, link) : "", n: forest.children[node].length, generation: forest.generation[node],
      });
    };
    const fillSide = () => {
      parts.side.replaceChildren(...(page.focus >= 0 ? chains.caseCard(page, page.focus) : chains.overview(page)).filter(Boolean));
      parts.side.scrollTop = 0;
    };

    page.arrange = () => {
      page.layout = chains.layout(page.forest, { collapsed: page.collapsed, strip: page.strip });
      camera.bound(page.layout, page.names);
      changed();
    };
    page.toggle = (node) => {
      if (!page.forest.children[node].length) return;
      if (!page.collapsed.delete(node)) page.collapsed.add(node);
      const { view } = camera, before = (page.layout.y[node] - view.y) * view.ky;
      page.arrange();
      view.y = page.layout.y[node] - before / view.ky; // it stays where it was on the screen
      page.say(chains.fill(page.collapsed.has(node) ? words.saidCollapsed : words.saidExpanded, { id: chains.name(page.scene, node), n: page.forest.size[node] - 1 }));
      if (page.focus >= 0) fillSide();
    };
    page.showTree = (root) => {
      bringOut(root);
      const box = page.layout.boxes.find((each) => each.root === root);
      if (!box) return;
      camera.show(box.from, box.until, box.top, box.height);
      page.say(chains.fill(words.saidChain, { id: chains.name(page.scene, root), n: page.forest.cases[root] }));
      if (narrow.matches) holder.classList.remove("open");
      parts.canvas.focus({ preventScroll: true });
    };
    page.toggleGroup = (place) => {
      // The first click keeps only this one; then each click adds or takes away; all back when none or all are left.
      const all = page.groups.items.length;
      if (page.off.size === 0) for (let each = 0; each < all; each++) { if (each !== place) page.off.add(each); }
      else if (!page.off.delete(place)) page.off.add(place);
      if (page.off.size === all) page.off.clear();
      chains.fillLegend(parts, page);
      changed();
    };
    page.colourBy = (mode) => {
      page.groups = chains.categories(mode, page.scene, page.forest, words);
      page.off.clear();
      parts.mode.value = mode;
      chains.fillLegend(parts, page);
      fillSide();
      changed();
    };
    page.setDay = (day) => {
      const last = page.last;
      page.day = day >= last ? null : Math.max(0, day);
      const shown = page.day ?? last;
      parts.slider.value = String(shown);
      let count = 0;
      for (let node = 0; node < page.scene.cases.id.length; node++) if (page.forest.day[node] <= shown && chains.isCase(page.scene, node)) count++;
      parts.output.textContent = `${chains.day(page, shown)} · ${chains.fill(words.nCases, { n: count })}`;
      parts.slider.setAttribute("aria-valuetext", parts.output.textContent);
      changed();
    };
    page.play = () => {
      const playing = !page.timer;
      clearInterval(page.timer); page.timer = 0;
      parts.play.textContent = playing ? "❚❚" : "▶";
      parts.play.setAttribute("aria-label", playing ? words.pause : words.play);
      if (!playing) return;
      if (page.day === null) page.setDay(0);
      // The whole in about twenty seconds; whoever wants less motion gets as many days a second in one step.
      const each = Math.max(1, Math.round(page.last / (still.matches ? 20 : 200)));
      page.timer = setInterval(() => { page.setDay((page.day ?? page.last) + each); if (page.day === null) page.play(); }, still.matches ? 1000 : 100);
    };
    page.showContacts = async () => {
      const on = parts.contacts.getAttribute("aria-pressed") !== "true";
      if (on && !page.scene.contacts && page.scene.meta.contacts_url) {
        parts.contacts.disabled = true;
        try { page.scene.contacts = await fetched(`${page.scene.meta.contacts_url}?origin=${page.scene.meta.origin}`); } catch { page.say(words.failed); }
        parts.contacts.disabled = false;
      }
      page.contacts = on && page.scene.contacts ? chains.contactsByNode(page) : null;
      parts.contacts.setAttribute("aria-pressed", String(Boolean(page.contacts)));
      if (page.contacts) page.say(chains.fill(words.contactsDrawn, { n: page.contacts.total }));
      changed();
    };
    page.showTable = (from) => { parts.tableBody.replaceChildren(chains.table(page, from)); };

    page.use = (next) => {
      const kept = page.focus >= 0 && page.focus < page.scene.cases.id.length ? page.scene.cases.id[page.focus] : "";
      const folded = [...page.collapsed].map((node) => page.scene.cases.id[node]);
      page.scene = next;
      page.forest = chains.forest(next);
      page.byId = new Map(next.cases.id.map((id, node) => [id, node]));
      page.collapsed = new Set(folded.map((id) => page.byId.get(id)).filter((node) => node !== undefined));
      page.tableOrder = undefined; page.contacts = null; parts.contacts.setAttribute("aria-pressed", "false");
      page.layout = chains.layout(page.forest, { collapsed: page.collapsed, strip: page.strip });
      page.last = Math.max(Math.round((Date.parse(next.meta.as_of) - Date.parse(next.meta.origin)) / 86400000), 1, ...[page.layout.last].filter(Number.isFinite));
      parts.slider.max = String(page.last);
      page.focus = -1; page.lit = null;
      page.groups = chains.categories(page.groups?.mode ?? chains.firstMode(next, page.forest), next, page.forest, words);
      parts.mode.value = page.groups.mode;
      page.names = Math.max(60, ...page.forest.trees.slice(0, 12).map((root) => 7 * `${chains.name(next, root)} · ${page.forest.size[root]}`.length + 24));
      camera.bound(page.layout, page.names);
      chains.fillFigures(parts, words, chains.figures(next, page.forest));
      parts.contacts.hidden = !next.contacts && !next.meta.contacts_url;
      parts.strip.hidden = !page.forest.alone.length;
      chains.fillLegend(parts, page);
      page.setDay(page.day ?? Infinity);
      if (kept && page.byId.has(kept)) page.focusOn(page.byId.get(kept), false); else fillSide();
      if (parts.table.open) page.showTable(0);
      changed();
    };

    const resize = () => {
      const { width, height } = parts.canvas.parentElement.getBoundingClientRect();
      if (!width || !height) return;
      pen.resize(width, height, Math.min(2, window.devicePixelRatio || 1));
      camera.resize(width, height);
      if (!first) { stamp++; draw(performance.now()); }
    };
    const retheme = () => {
      const chosen = document.documentElement.dataset.theme;
      page.theme = (chosen ? chosen === "dark" : dark.matches) ? chains.DARK : chains.LIGHT;
      if (page.layout) { chains.fillLegend(parts, page); fillSide(); changed(); }
    };
    retheme();
    page.use(scene);
    resize();
    camera.fit();
    chains.listen(page, { pick, narrow });
    new ResizeObserver(resize).observe(parts.canvas.parentElement);
    dark.addEventListener("change", retheme);
    new MutationObserver(retheme).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    if (!inline) follow(holder, page);
    // ?case=ID: whoever comes from a person's page is led to that case.
    const asked = page.byId.get(new URLSearchParams(window.location.search).get("case") ?? "");
    if (asked !== undefined) page.focusOn(asked, true);
    chains.page = page;
    return page;
  };

  chains.contactsByNode = (page) => {
    const { contacts, cases } = page.scene, by = new Map();
    let total = 0;
    for (let row = 0; row < contacts.source.length; row++) {
      const node = page.byId.get(contacts.id[contacts.source[row]]);
      if (node === undefined) continue;
      if (!by.has(node)) by.set(node, []);
      by.get(node).push([contacts.day[row] ?? cases.day[node] ?? page.forest.day[node], contacts.count[row]]);
      total += contacts.count[row];
    }
    return { by, total };
  };

  // New facts: the page around is redrawn by htmx; when its position moved, the scene is fetched anew.
  const follow = (holder, page) => {
    let fetching = false, last = -Infinity;
    const look = async () => {
      const mark = document.getElementById("chains-position");
      if (!mark || Number(mark.dataset.position) <= page.scene.meta.position || fetching) return;
      fetching = true;
      // Where facts come in without a pause, a picture every few seconds is enough.
      await new Promise((done) => setTimeout(done, Math.max(0, 4000 - performance.now() + last)));
      try { page.use(await fetched(holder.dataset.scene)); page.say(page.words.redrawn); } catch { page.say(page.words.failed); }
      last = performance.now(); fetching = false;
      look();
    };
    document.addEventListener("htmx:afterSwap", look);
  };

  const boot = async () => {
    const holder = document.getElementById("chains");
    if (!holder || holder.dataset.begun) return;
    holder.dataset.begun = "1";
    const words = JSON.parse(document.getElementById("chains-words").textContent);
    const inline = document.getElementById("chains-scene");
    try {
      start(holder, inline ? JSON.parse(inline.textContent) : await fetched(holder.dataset.scene), words, Boolean(inline));
    } catch (error) {
      holder.replaceChildren(chains.make("p", { class: "fault", role: "alert" }, words.failed));
      throw error;
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot); else boot();
})();
