// From links to trees: each case's best link makes its parent; the other links stay as alternatives.
// Pure: a scene in, arrays out. Index n of a case; indices from scene.cases.id.length on are unseen cases (ghosts).
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});

  // The day that every node is drawn on. A node without one stands two days before its first child, else a day after
  // its source, else at the end: it has to stand somewhere, and is drawn hollow.
  const days = (scene, parent, children, order) => {
    const { cases, ghosts } = scene;
    const known = [...cases.day, ...ghosts.day];
    const day = new Float64Array(known.length);
    const last = known.reduce((most, each) => (each === null ? most : Math.max(most, each)), 0);
    for (let at = order.length - 1; at >= 0; at--) {
      const node = order[at];
      if (known[node] !== null) { day[node] = known[node]; continue; }
      const first = children[node].reduce((least, child) => Math.min(least, day[child]), Infinity);
      day[node] = Number.isFinite(first) ? first - 2 : NaN;
    }
    for (const node of order) if (Number.isNaN(day[node])) day[node] = parent[node] >= 0 ? day[parent[node]] + 1 : last;
    return { day, known: Uint8Array.from(known, (each) => (each === null ? 0 : 1)) };
  };

  // Whether a node is a case of this outbreak: not an unseen one, nor a named source who is no case here.
  chains.isCase = (scene, node) => node < scene.cases.id.length && scene.cases.basis.codes[scene.cases.basis.values[node]] !== "none";

  // Whether making `source` the parent of `target` would close a circle.
  const circle = (parent, source, target) => {
    for (let at = source; at >= 0; at = parent[at]) if (at === target) return true;
    return false;
  };

  chains.forest = (scene) => {
    const { cases, links, ghosts } = scene;
    const count = cases.id.length + ghosts.day.length;
    const known = [...cases.day, ...ghosts.day];
    const into = Array.from({ length: count }, () => []);
    for (let link = 0; link < links.source.length; link++) into[links.target[link]].push(link);
    const p = (link) => (links.p ? links.p[link] : 1);
    const parent = new Int32Array(count).fill(-1), by = new Int32Array(count).fill(-1);
    // Best first: by probability, and where that is equal in the order in which the scene lists them.
    const byDay = Array.from({ length: count }, (_, node) => node).sort((a, b) => (known[a] ?? Infinity) - (known[b] ?? Infinity) || a - b);
    for (const late of [false, true]) {
      for (const node of byDay) {
        if (parent[node] >= 0) continue;
        for (const link of [...into[node]].sort((a, b) => p(b) - p(a) || a - b)) {
          const source = links.source[link];
          // First only links whose dates agree, so that of two cases who name each other the earlier stays the source.
          if (!late && known[source] !== null && known[node] !== null && known[source] > known[node]) continue;
          if (circle(parent, source, node)) continue;
          parent[node] = source; by[node] = link;
          break;
        }
      }
    }
    const children = Array.from({ length: count }, () => []);
    for (let node = 0; node < count; node++) if (parent[node] >= 0) children[parent[node]].push(node);
    // Sources before those whom they infected.
    const order = [], root = new Int32Array(count), generation = new Int32Array(count);
    for (let node = 0; node < count; node++) {
      if (parent[node] >= 0) continue;
      const waiting = [node];
      while (waiting.length) {
        const at = waiting.pop();
        root[at] = node;
        generation[at] = parent[at] >= 0 ? generation[parent[at]] + 1 : 0;
        order.push(at);
        for (const child of children[at]) waiting.push(child);
      }
    }
    // size: all that is drawn of a branch; cases: how many of those are cases, not unseen and not from outside.
    const size = new Int32Array(count).fill(1), tally = Int32Array.from({ length: count }, (_, node) => (chains.isCase(scene, node) ? 1 : 0));
    for (let at = count - 1; at >= 0; at--) {
      const node = order[at], source = parent[node];
      if (source >= 0) { size[source] += size[node]; tally[source] += tally[node]; }
    }
    const dated = days(scene, parent, children, order);
    for (const list of children) list.sort((a, b) => dated.day[b] - dated.day[a] || size[a] - size[b] || a - b);
    const roots = order.filter((node) => parent[node] < 0);
    const trees = roots.filter((node) => size[node] > 1).sort((a, b) => size[b] - size[a] || dated.day[a] - dated.day[b] || a - b);
    const alone = roots.filter((node) => size[node] === 1).sort((a, b) => dated.day[a] - dated.day[b] || a - b);
    const others = into.map((list, node) => list.filter((link) => link !== by[node]));
    return { count, parent, by, children, order, root, generation, size, cases: tally, trees, alone, others, p, ...dated };
  };

  // The figures of the strip above the picture.
  chains.figures = (scene, forest) => {
    let introductions = 0, linked = 0, cases = 0;
    for (let node = 0; node < forest.count; node++) {
      if (!chains.isCase(scene, node)) continue;
      cases++;
      if (forest.parent[node] < 0) introductions++; else linked++;
    }
    const sizes = forest.trees.map((node) => forest.cases[node]).sort((a, b) => a - b);
    const middle = sizes.length ? (sizes[(sizes.length - 1) >> 1] + sizes[sizes.length >> 1]) / 2 : 0;
    return { cases, linked, introductions, chains: sizes.length, largest: sizes.at(-1) ?? 0, median: middle, alone: forest.alone.length };
  };
})();
