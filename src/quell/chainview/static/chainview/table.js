// The same links as a table, for whoever reads better than they see, and for a screen reader.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const PAGE = 100;

  chains.table = (page, from = 0) => {
    const { scene, words, forest } = page, { make } = chains, { links } = scene;
    const rows = [];
    const sorted = page.tableOrder ??= Array.from({ length: forest.count }, (_, node) => node).sort((a, b) => forest.day[a] - forest.day[b] || a - b);
    for (const node of sorted.slice(from, from + PAGE)) {
      const link = forest.by[node];
      rows.push(make("tr", {},
        make("th", { scope: "row" }, page.caseButton(node)),
        make("td", {}, node < scene.cases.id.length ? chains.day(page, scene.cases.day[node]) : "–"),
        make("td", {}, link < 0 ? words.noSource : page.caseButton(links.source[link])),
        make("td", {}, link < 0 ? "" : words[`kind_${links.kind.codes[links.kind.values[link]]}`] + (links.p ? ` ${Math.round(forest.p(link) * 100)} %` : "")),
        make("td", {}, link < 0 ? "" : chains.coded(links.setting, link) || chains.coded(links.relation, link)),
        make("td", { class: "num" }, String(forest.generation[node])),
        make("td", { class: "num" }, String(forest.children[node].length))));
    }
    const head = [words.case, words.day, words.infectedBy, words.kind, words.setting, words.generation, words.infectedShort];
    const to = (at) => () => { page.showTable(at); };
    return make("div", { class: "as-table" },
      make("div", { class: "scroll", tabindex: "0" }, make("table", {}, make("caption", { class: "hidden" }, words.table), make("thead", {}, make("tr", {}, ...head.map((each, at) => make("th", { scope: "col", class: at > 4 ? "num" : "" }, each)))), make("tbody", {}, ...rows))),
      make("div", { class: "pages" }, from > 0 ? make("button", { class: "btn", type: "button", onclick: to(from - PAGE) }, words.back) : null, from + PAGE < forest.count ? make("button", { class: "btn", type: "button", onclick: to(from + PAGE) }, words.further) : null, make("span", { class: "muted" }, `${from + 1} – ${Math.min(forest.count, from + PAGE)} / ${forest.count}`)));
  };
})();
