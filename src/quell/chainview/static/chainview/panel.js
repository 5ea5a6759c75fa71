// The panel beside the picture: the chains by size, or one case with its links, their evidence and its contacts.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const MOST = 60;

  // An element: make("p", {class: "x", onclick}, child, …); text becomes text.
  chains.make = (tag, given = {}, ...inner) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (value === false || value === null || value === undefined) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else element.setAttribute(name, value);
    }
    element.append(...inner.filter((each) => each !== null && each !== undefined));
    return element;
  };
  const make = chains.make;

  chains.fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // A mark as it stands in the picture, for legends and lists.
  chains.markOf = (shape, colour) => {
    const NS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", "-1.5 -1.5 3 3"); svg.setAttribute("class", "mark"); svg.setAttribute("aria-hidden", "true");
    const points = chains.OUTLINES[shape];
    const drawn = document.createElementNS(NS, points ? "polygon" : "circle");
    if (points) drawn.setAttribute("points", points.map((each) => each.join(",")).join(" ")); else drawn.setAttribute("r", "1");
    drawn.setAttribute("fill", colour);
    svg.append(drawn);
    return svg;
  };

  chains.coded = (column, row) => (column.values[row] >= 0 ? column.labels[column.values[row]] : "");
  chains.day = (page, day) => (day === null || day === undefined ? "–" : chains.dateText(page.language, chains.dateOf(page.scene, day), { day: "numeric", month: "short", year: "numeric" }));

  const term = (name, value) => (value ? [make("dt", {}, name), make("dd", {}, value)] : []);

  // One link into a case, with what is known of it.
  const linkItem = (page, link, main) => {
    const { scene, words, forest } = page, { links } = scene, source = links.source[link];
    const kind = links.kind.codes[links.kind.values[link]];
    const said = [chains.coded(links.setting, link) || chains.coded(links.relation, link), links.certainty.values[link] >= 0 ? `${words.certainty}: ${chains.coded(links.certainty, link)}` : ""].filter(Boolean).join(" · ");
    const dates = links.first[link] !== null || links.last[link] !== null
      ? `${words.exposed} ${chains.day(page, links.first[link] ?? links.last[link])}${links.first[link] !== null && links.last[link] !== null && links.last[link] !== links.first[link] ? ` – ${chains.day(page, links.last[link])}` : ""}` : "";
    const by = chains.coded(links.by, link);
    const told = [links.said[link] === null ? "" : chains.fill(words.saidOn, { day: chains.day(page, links.said[link]) }), by].filter(Boolean).join(", ");
    const backwards = source < scene.cases.id.length && scene.cases.day[source] !== null && scene.cases.day[links.target[link]] !== null && scene.cases.day[source] > scene.cases.day[links.target[link]];
    const evidence = links.evidence?.[link] ?? [];
    return make("li", { class: main ? "main" : "other" },
      make("div", { class: "line" }, page.caseButton(source), make("span", { class: "chip plain" }, words[`kind_${kind}`] ?? kind), links.p ? make("b", { class: "p" }, `${Math.round(forest.p(link) * 100)} %`) : null),
      said ? make("div", {}, said) : null, dates ? make("div", {}, dates) : null, told ? make("small", {}, told) : null,
      backwards ? make("div", { class: "warn" }, words.backwards) : null,
      evidence.length ? make("ul", { class: "evidence" }, ...evidence.map((each) => make("li", {}, each))) : null);
  };

  const contactsOf = (page, node) => {
    const { words, scene } = page, met = scene.cases.contacts[node] ?? 0;
    if (!met) return null;
    const holder = make("section", {}, make("h3", {}, chains.fill(words.contactsOf, { n: met })));
    if (!scene.meta.contacts_url) return holder;
    const button = make("button", { class: "btn", type: "button", onclick: async () => {
      button.disabled = true;
      try {
        const { contacts } = await page.fetched(`${scene.meta.contacts_url}?case=${encodeURIComponent(scene.cases.id[node])}`);
        const list = make("ul", { class: "people" }, ...contacts.slice(0, 400).map((each) => {
          const known = page.byId.get(each.id);
          return make("li", {}, each.case && known !== undefined ? page.caseButton(known) : make("span", {}, each.id.slice(scene.prefix)), each.case ? make("span", { class: "chip late" }, words.becameCase) : make("span", { class: "muted" }, each.kind), each.day ? make("small", {}, each.day) : null);
        }));
        button.replaceWith(list);
        page.say(chains.fill(words.contactsShown, { n: contacts.length, cases: contacts.filter((each) => each.case).length }));
      } catch { button.disabled = false; page.say(words.failed); }
    } }, words.showContacts);
    holder.append(button);
    return holder;
  };

  // One case.
  chains.caseCard = (page, node) => {
    const { scene, words, forest, groups } = page, { cases } = scene, seen = cases.id.length;
    const item = groups.items[groups.of[node]];
    const head = make("header", { class: "who-head" }, chains.markOf(item.shape, chains.colourOf(page.theme, item.colour)), make("h2", { tabindex: "-1", id: "chains-case" }, chains.name(scene, node)), make("button", { class: "quiet", type: "button", "aria-label": words.close, onclick: () => page.focusOn(-1, false) }, "×"));
    if (node >= seen) return [head, make("p", { class: "muted" }, words.ghost), make("p", {}, `${Math.round(scene.ghosts.p[node - seen] * 100)} %`), candidates(page, node), victims(page, node)];
    const basis = cases.basis.codes[cases.basis.values[node]];
    const state = [chains.coded(cases.classification, node), chains.coded(cases.outcome, node)].filter(Boolean).join(" · ");
    const facts = make("dl", { class: "facts" },
      ...term(words.onset, cases.onset[node] === null ? "" : chains.day(page, cases.onset[node]) + (basis === "onset" && cases.until[node] > cases.day[node] ? ` ${words.orEarlier}` : "")),
      ...term(words.sampled, cases.sample[node] === null ? "" : chains.day(page, cases.sample[node])),
      ...term(words.reported, cases.report[node] === null ? "" : chains.day(page, cases.report[node])),
      ...term(words.jurisdiction, chains.coded(cases.jurisdiction, node)),
      ...term(words.generation, forest.size[forest.root[node]] > 1 ? String(forest.generation[node]) : ""),
      ...term(words.chainOf, forest.size[forest.root[node]] > 1 ? make("span", {}, page.caseButton(forest.root[node]), ` · ${chains.fill(words.nCases, { n: forest.cases[forest.root[node]] })}`) : ""));
    const buttons = make("div", { class: "acts" },
      scene.meta.subject_url ? make("a", { class: "btn", href: page.subjectUrl(node) }, words.openPage) : null,
      forest.children[node].length ? make("button", { class: "btn", type: "button", onclick: () => page.toggle(node) }, page.collapsed.has(node) ? words.expand : words.collapse) : null,
      forest.size[forest.root[node]] > 1 ? make("button", { class: "btn", type: "button", onclick: () => page.showTree(forest.root[node]) }, words.showChain) : null);
    return [head, basis === "none" ? make("p", { class: "muted" }, words.outside) : make("p", { class: "muted" }, state), facts, buttons, candidates(page, node), victims(page, node), contactsOf(page, node)];
  };

  const candidates = (page, node) => {
    const { words, forest } = page, main = forest.by[node], others = forest.others[node];
    if (main < 0 && !others.length) return make("section", {}, make("h3", {}, words.infectedBy), make("p", { class: "muted" }, words.nobodyNamed));
    return make("section", {}, make("h3", {}, others.length ? chains.fill(words.possibleSources, { n: others.length + (main >= 0) }) : words.infectedBy),
      make("ul", { class: "links" }, ...(main >= 0 ? [linkItem(page, main, true)] : []), ...others.map((link) => linkItem(page, link, false))));
  };

  const victims = (page, node) => {
    const { words, forest, scene } = page, all = [...forest.children[node]].reverse();
    const perhaps = [];
    for (let other = 0; other < forest.count; other++) if (forest.others[other].some((link) => scene.links.source[link] === node)) perhaps.push(other);
    if (!all.length && !perhaps.length) return null;
    const also = perhaps.length ? make("p", {}, `${words.alsoNamed} `, ...perhaps.slice(0, MOST).flatMap((other, at) => [at ? ", " : "", page.caseButton(other)])) : null;
    if (!all.length) return make("section", {}, also);
    return make("section", {}, make("h3", {}, chains.fill(words.infected, { n: all.length })),
      make("ul", { class: "people" }, ...all.slice(0, MOST).map((child) => make("li", {}, page.caseButton(child), make("span", { class: "muted" }, chains.coded(scene.links.setting, forest.by[child]) || chains.coded(scene.links.relation, forest.by[child])), make("small", {}, chains.day(page, page.scene.cases.day[child]))))),
      all.length > MOST ? make("p", { class: "muted" }, chains.fill(words.andMore, { n: all.length - MOST })) : null, also);
  };

  // The largest chains, with a bar as long as their share.
  chains.overview = (page) => {
    const { forest, words, scene } = page, largest = forest.cases[forest.trees[0]] ?? 1;
    const list = forest.trees.slice(0, 20).map((root) => {
      const item = page.groups.items[page.groups.of[root]];
      const box = page.layout.boxes.find((each) => each.root === root);
      const bar = make("i", { "aria-hidden": "true" });
      bar.style.width = `${Math.max(2, (100 * forest.cases[root]) / largest)}%`;
      return make("li", {}, make("button", { type: "button", class: "tree", "data-root": root, onclick: () => page.showTree(root) },
        chains.markOf(item.shape, chains.colourOf(page.theme, item.colour)), make("b", {}, chains.name(scene, root)), make("span", { class: "n" }, String(forest.cases[root])),
        make("small", {}, box ? `${chains.day(page, Math.max(0, forest.day[root]))} – ${chains.day(page, box.until)}` : ""), bar));
    });
    const close = make("button", { class: "quiet", type: "button", "aria-label": words.close, onclick: () => page.parts.holder.classList.remove("open") }, "×");
    return [make("header", { class: "who-head of-all" }, make("h2", {}, words.largest), close), list.length ? make("ul", { class: "trees" }, ...list) : make("p", { class: "muted" }, words.noLinks),
      make("p", { class: "marks muted" }, chains.markOf("circle", page.theme.plain), ` ${words.markOnset} `, ringMark(page, "ring"), ` ${words.markOther} `, ringMark(page, "hollow"), ` ${words.markOutside}`)];
  };

  const ringMark = (page, fill) => {
    const canvas = make("canvas", { class: "mark", width: 36, height: 36, "aria-hidden": "true" }), context = canvas.getContext("2d");
    context.scale(2, 2);
    chains.stamp(context, "circle", 9, 9, 6, page.theme.plain, fill, page.theme.panel);
    return canvas;
  };
})();
