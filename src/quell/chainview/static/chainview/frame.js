// The frame around the picture: figures, tools, legend, stage, panel, days, table. Built once; app.js fills it.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});

  const KEYS = [["←", "keyParent"], ["→", "keyChild"], ["↑ ↓", "keySibling"], ["Space", "collapse"], ["Enter", "openPage"], ["/", "keySearch"], ["+ −", "keyZoom"], ["0", "fit"], ["[ ]", "keyDay"], ["p", "play"], ["c", "contacts"], ["Esc", "keyClear"], ["?", "keys"]];

  chains.frame = (holder, words, { files, pages }) => {
    const { make } = chains;
    const parts = { holder };
    const button = (name, label, given = {}) => (parts[name] = make("button", { class: "btn", type: "button", ...given }, label));
    const icon = (name, label, sign) => button(name, sign, { class: "btn sign", "aria-label": label, title: label });
    parts.figures = make("div", { class: "figures" });
    parts.search = make("input", { type: "search", id: "chains-find", autocomplete: "off", placeholder: words.search, role: "combobox", "aria-expanded": "false", "aria-controls": "chains-found", "aria-label": words.search });
    parts.found = make("ul", { id: "chains-found", class: "found", role: "listbox", hidden: true });
    parts.mode = make("select", { "aria-label": words.colourBy }, ...chains.MODES.map((mode) => make("option", { value: mode }, words[mode])));
    parts.keysList = make("dl", { class: "keys-list", hidden: true, tabindex: "-1" }, ...KEYS.flatMap(([key, word]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words[word])]));
    parts.files = make("details", { class: "menu right" }, make("summary", { class: "btn" }, words.save), make("div", { class: "sheet" },
      ...["svgShown", "svgAll", "pdfShown", "pdfAll"].filter((name) => pages || name.startsWith("svg")).map((name) => make("button", { class: "option", type: "button", "data-file": name, onclick: () => { parts.files.open = false; files(name); } }, words[name])),
      make("p", { class: "muted" }, words.confidential)));
    parts.tools = make("div", { class: "tools", role: "toolbar", "aria-label": words.tools },
      make("div", { class: "finder" }, parts.search, make("kbd", { "aria-hidden": "true" }, "/"), parts.found),
      make("label", { class: "by" }, make("span", {}, words.colourBy), parts.mode),
      button("contacts", words.contacts, { "aria-pressed": "false" }), button("strip", words.strip, { "aria-pressed": "false" }),
      make("span", { class: "grow" }),
      parts.files, icon("keys", words.keys, "?"));
    parts.legend = make("div", { class: "key-legend", role: "group", "aria-label": words.legend });
    parts.canvas = make("canvas", { tabindex: "0", role: "application", "aria-roledescription": words.picture, "aria-label": words.pictureHow, id: "chains-canvas" });
    parts.signs = make("div", { class: "signs", role: "group", "aria-label": words.looking }, icon("smaller", words.zoomOut, "−"), icon("larger", words.zoomIn, "+"), button("fit", words.fit), icon("flatter", words.flatter, "⇿"), icon("taller", words.taller, "⇳"));
    parts.tip = make("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    parts.wait = make("p", { class: "wait muted" }, words.loading);
    parts.side = make("aside", { class: "side", "aria-label": words.details });
    parts.open = make("button", { class: "btn peek", type: "button" }, words.largest);
    parts.stage = make("div", { class: "stage" }, make("div", { class: "sheet-of-lanes" }, parts.canvas, parts.tip, parts.signs, parts.keysList, parts.wait, parts.open), parts.side);
    parts.slider = make("input", { type: "range", min: "0", max: "1", step: "1", value: "1", "aria-label": words.dayShown });
    parts.output = make("output", {});
    parts.days = make("div", { class: "days" }, icon("play", words.play, "▶"), icon("earlier", words.dayBack, "‹"), parts.slider, icon("later", words.dayOn, "›"), parts.output);
    parts.live = make("p", { class: "hidden", role: "status", "aria-live": "polite" });
    parts.tableBody = make("div", {});
    parts.table = make("details", { class: "panel table-of-links", id: "chains-table" }, make("summary", {}, words.asTable), parts.tableBody);
    holder.replaceChildren(parts.figures, parts.tools, parts.legend, parts.stage, parts.days, parts.live, parts.table);
    return parts;
  };

  chains.fillFigures = (parts, words, figures) => {
    const { make } = chains;
    const one = (label, value, small) => make("div", { class: "figure" }, make("b", {}, value.toLocaleString("en").replaceAll(",", "\u2009")), make("span", {}, label), make("small", {}, small));
    parts.figures.replaceChildren(
      one(words.cases, figures.cases, chains.fill(words.linkedOf, { n: figures.linked })),
      one(words.introductions, figures.introductions, words.introductionsMean),
      one(words.chains, figures.chains, words.chainsMean),
      one(words.largestChain, figures.largest, figures.chains ? chains.fill(words.medianChain, { n: figures.median }) : ""),
      one(words.withoutLink, figures.alone, words.withoutLinkMean));
  };

  chains.fillLegend = (parts, page) => {
    const { make } = chains;
    parts.legend.replaceChildren(...page.groups.items.map((item, place) => make("button", {
      type: "button", class: "entry", "aria-pressed": page.off.has(place) ? "false" : "true", title: page.words.legendHow, onclick: () => page.toggleGroup(place),
    }, chains.markOf(item.shape, chains.colourOf(page.theme, item.colour)), item.label, make("span", { class: "muted" }, String(item.count)))));
  };
})();
