// What a case is coloured by, and the two channels that say it: a colour and a shape.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});

  const SHAPES = ["circle", "square", "diamond", "triangle", "down", "pentagon", "cross", "star", "hexagon"];
  chains.LIGHT = {
    ink: "#12171d", soft: "#515c68", faint: "#76818d", line: "#e1e5ea", strong: "#b9c1ca", panel: "#ffffff", sunk: "#eff1f4", band: "#f5f7f9", accent: "#0b5cad",
    rest: "#8b96a2", plain: "#5f6b78", ramp: ["#1c2f63", "#23508f", "#1f74ab", "#1b95a8", "#3fae8b", "#86bf62", "#c8bf3f", "#e09a2c", "#d9622e", "#b22a3c"],
    palette: ["#1f6fc0", "#d96c1c", "#0f9182", "#b0438f", "#b18a07", "#6a53c6", "#4d9a36", "#c9384a", "#3c8fb5"],
  };
  chains.DARK = {
    ink: "#e9eef3", soft: "#a5b0bc", faint: "#808b97", line: "#232b33", strong: "#4b5763", panel: "#12171c", sunk: "#1c2229", band: "#181e25", accent: "#74b6f7",
    rest: "#7d8995", plain: "#9aa6b2", ramp: ["#7f9df0", "#62aef2", "#4fc1ea", "#49d0cf", "#62d7a4", "#9fda76", "#d8d35c", "#f0b551", "#f68c55", "#f2727c"],
    palette: ["#6cb0f7", "#f79a54", "#48cdb9", "#e487c6", "#e3bf4c", "#a998f7", "#8ed073", "#f77f86", "#74c6e6"],
  };

  chains.MODES = ["setting", "lineage", "jurisdiction", "classification", "outcome", "generation"];

  // The category of every node under a mode: {items: [{key, label, count, colour (place in the palette), shape}], of}.
  chains.categories = (mode, scene, forest, words) => {
    const { cases, links } = scene, seen = cases.id.length;
    const key = new Array(forest.count), labels = new Map();
    const coded = (column, node, missing) => {
      const value = column.values[node];
      const code = value === undefined || value < 0 ? missing : column.codes[value];
      if (value >= 0) labels.set(code, column.labels[value]);
      return code;
    };
    const big = new Map(forest.trees.slice(0, SHAPES.length - 1).map((root, place) => [root, place]));
    for (let node = 0; node < forest.count; node++) {
      if (mode === "lineage") {
        const root = forest.root[node];
        key[node] = forest.size[root] === 1 ? "-alone" : big.has(root) ? root : "-rest";
        if (big.has(root)) labels.set(root, chains.name(scene, root));
      } else if (mode === "generation") {
        key[node] = forest.size[forest.root[node]] === 1 ? "-alone" : Math.min(9, forest.generation[node]);
        labels.set(9, "9+");
      } else if (mode === "setting") {
        const link = forest.by[node];
        const named = link < 0 ? "-source" : coded(links.setting, link, coded(links.relation, link, "-unknown"));
        key[node] = named === "unknown" ? "-unknown" : named;
      } else if (node >= seen) key[node] = "-unseen";
      else key[node] = coded(cases[mode], node, "-unknown");
    }
    const counts = new Map();
    for (const each of key) counts.set(each, (counts.get(each) ?? 0) + 1);
    const named = [...counts.keys()].filter((each) => !String(each).startsWith("-"));
    if (mode === "generation") named.sort((a, b) => a - b);
    else named.sort((a, b) => counts.get(b) - counts.get(a) || (String(a) < String(b) ? -1 : 1));
    // The whole ramp, whether there are four generations or ten.
    const ramp = (generation) => `ramp${Math.round((generation * 9) / Math.max(...named, 5))}`;
    const many = mode === "generation" ? named : named.slice(0, SHAPES.length);
    const items = many.map((each, place) => ({
      key: String(each), label: labels.get(each) ?? String(each), count: counts.get(each), colour: mode === "generation" ? ramp(each) : `palette${place}`,
      shape: mode === "generation" ? "circle" : SHAPES[place],
    }));
    const place = new Map(many.map((each, at) => [each, at]));
    const extra = (name, label, colour, shape) => {
      if (!place.has(name)) { place.set(name, items.length); items.push({ key: name, label, count: 0, colour, shape }); }
      return place.get(name);
    };
    const of = new Int16Array(forest.count);
    const PLAIN = { "-alone": ["noLink", "rest", "circle"], "-source": ["noSource", "plain", "circle"], "-unknown": ["unknown", "rest", "circle"], "-unseen": ["unseen", "rest", "circle"], "-rest": [mode === "lineage" ? "otherChains" : "otherValues", "rest", "circle"] };
    for (let node = 0; node < forest.count; node++) {
      let at = place.get(key[node]);
      if (at === undefined || String(key[node]).startsWith("-")) {
        const name = String(key[node]).startsWith("-") ? key[node] : "-rest";
        const [word, colour, shape] = PLAIN[name];
        at = extra(name, words[word], colour, shape);
        items[at].count++;
      }
      of[node] = at;
    }
    return { mode, items, of };
  };

  // The mode to begin with: the setting where enough links have one, the generation where nearly all are one chain.
  chains.firstMode = (scene, forest) => {
    const { setting, relation } = scene.links;
    const said = setting.values.filter((value, link) => value >= 0 || relation.values[link] >= 0).length;
    return said * 3 > setting.values.length && said > 0 ? "setting" : forest.size[forest.trees[0]] * 2 > forest.count ? "generation" : "lineage";
  };

  chains.colourOf = (theme, name) =>
    name.startsWith("palette") ? theme.palette[Number(name.slice(7))] : name.startsWith("ramp") ? theme.ramp[Number(name.slice(4))] : theme[name];

  // The name of a node: its id without what all ids begin with.
  chains.name = (scene, node) => {
    if (node >= scene.cases.id.length) return "?";
    if (scene.prefix === undefined) {
      const first = scene.cases.id[0] ?? "", slash = first.indexOf("/") + 1, start = first.slice(0, slash);
      scene.prefix = slash && scene.cases.id.every((id) => id.startsWith(start)) ? slash : 0;
    }
    return scene.cases.id[node].slice(scene.prefix);
  };
})();
