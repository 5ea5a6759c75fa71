// The one drawing. It tells a pen what to put where; one pen paints on a canvas (canvas.js), one writes SVG (svg.js).
//
// picture: {scene, forest, layout, groups (categories), words, language, theme, contacts, lit, off, day, focus, collapsed}
//   lit   nodes that stay bright while the rest fades, or null; off: categories that the legend faded
//   day   nothing later is drawn; null: everything
// view:    {x, y, kx, ky, width, height, top}: world at the left upper corner of the picture, pixels a day and a lane, size
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const DAY = 86400000;
  const FADED = 0.13;

  chains.dateOf = (scene, day) => new Date(Date.parse(scene.meta.origin) + day * DAY);
  const formats = new Map();
  chains.dateText = (language, date, options) => {
    const key = language + JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: "UTC", ...options }));
    return formats.get(key).format(date);
  };

  // How large a case is drawn, in pixels; whoever infected many is larger, by the square root as areas are read.
  chains.radius = (view) => Math.max(0.9, Math.min(5.6, view.ky * 0.4, view.kx * 2.2 + 1));
  const MOST = 13;
  const radiusOf = (forest, view, radius, node) => {
    const infected = forest.children[node].length;
    if (!infected) return forest.size[forest.root[node]] === 1 ? Math.max(0.8, Math.min(radius * 0.72, view.ky * 0.26, Math.max(0.8, view.kx * 0.46))) : radius;
    return Math.min(MOST, radius * (1.12 + 0.24 * Math.sqrt(infected - 1)));
  };

  // The marks of the time axis: days, weeks, months or years, as many as there is room for.
  chains.ticks = (picture, view) => {
    const { scene, language } = picture;
    const first = Math.floor(view.x), last = Math.ceil(view.x + view.width / view.kx);
    const marks = [];
    const start = chains.dateOf(scene, first);
    if (view.kx * 7 > 64) {
      // Mondays are named, and every day where there is room; the days between are lines only.
      for (let day = first; day <= last; day++) {
        const date = chains.dateOf(scene, day), monday = date.getUTCDay() === 1;
        if (!monday && view.kx < 12) continue;
        marks.push({ day, text: monday || view.kx > 58 ? chains.dateText(language, date, { day: "numeric", month: "short" }) : "", strong: monday });
      }
    } else {
      const step = [1, 2, 3, 6, 12, 24, 60].find((months) => months * 30.4 * view.kx > 62) ?? 120;
      for (let month = start.getUTCMonth() - 12, year = start.getUTCFullYear(); ; month++) {
        const date = new Date(Date.UTC(year, month, 1)), day = Math.round((date - Date.parse(scene.meta.origin)) / DAY);
        if (day > last) break;
        if ((date.getUTCFullYear() * 12 + date.getUTCMonth()) % step || day < first - 31 * step) continue;
        const january = date.getUTCMonth() === 0;
        marks.push({ day, text: chains.dateText(language, date, january || step >= 12 || !marks.length ? { month: "short", year: "numeric" } : { month: "short" }), strong: january });
      }
    }
    return marks;
  };

  const alphaOf = (picture, node) => {
    if (picture.off.has(picture.groups.of[node])) return FADED;
    return picture.lit && !picture.lit.has(node) ? FADED : 1;
  };

  // The lines of links. Far away a link is two straight strokes, near it bends.
  const drawLinks = (picture, view, pen, inSight) => {
    const { forest, layout, theme, groups } = picture;
    const { x, y, hidden } = layout;
    const near = view.ky > 9;
    const radius = chains.radius(view);
    const thick = view.ky < 3 ? 0.8 : view.ky < 9 ? 1 : 1.7;
    const late = picture.day === null ? Infinity : picture.day;
    const floor = view.y + view.height / view.ky + 1;
    // Most links are alike: a style is looked up once a drawing, not once a link.
    const known = new Map();
    const styleOf = (child, p, alpha) => {
      const group = groups.of[child], unseen = child >= picture.scene.cases.id.length;
      const key = p === 1 ? group + (alpha < 1 ? 1000 : 0) + (unseen ? 2000 : 0) : -1;
      let style = known.get(key);
      if (!style) {
        style = pen.line(chains.colourOf(theme, groups.items[group].colour), alpha * (0.2 + 0.55 * p), thick * (0.3 + 0.75 * p), unseen);
        if (key >= 0) known.set(key, style);
      }
      return style;
    };
    for (let at = 0; at < inSight.sources.length; at++) {
      const node = inSight.sources[at];
      const fromX = (x[node] - view.x) * view.kx, fromY = (y[node] - view.y) * view.ky + view.top;
      let lowest = y[node], highest = y[node], bright = FADED, surest = 0;
      for (const child of forest.children[node]) {
        if (hidden[child] || x[child] > late) continue;
        const p = forest.p(forest.by[child]), alpha = Math.min(alphaOf(picture, child), alphaOf(picture, node));
        if (y[child] > lowest) lowest = y[child];
        if (y[child] < highest) highest = y[child];
        bright = Math.max(bright, alpha); surest = Math.max(surest, p);
        if (y[child] < view.y - 1 || y[child] > floor) continue;
        const toX = (x[child] - view.x) * view.kx, toY = (y[child] - view.y) * view.ky + view.top;
        if (Math.max(fromX, toX) < -20 || Math.min(fromX, toX) > view.width + 20) continue;
        const style = styleOf(child, p, alpha);
        const dx = toX - fromX, dy = toY - fromY;
        if (!near || dy === 0) pen.across(style, fromX, toX, toY);
        else {
          const bend = Math.min(9, Math.abs(dx) * 0.9, Math.abs(dy) * 0.7);
          pen.bend(style, fromX, toX - Math.sign(dx) * radius, toY, bend * Math.sign(dx || 1), bend * Math.sign(dy));
        }
      }
      if (lowest > y[node] || highest < y[node]) {
        const style = pen.line(picture.groups.mode === "lineage" ? chains.colourOf(theme, groups.items[groups.of[node]].colour) : theme.rest, bright * (0.25 + 0.45 * surest), thick * (0.3 + 0.75 * surest), false);
        const short = near ? Math.min(7, view.ky * 0.5) : 0;
        pen.down(style, fromX, (highest - view.y) * view.ky + view.top + (highest < y[node] ? short : 0), (lowest - view.y) * view.ky + view.top - (lowest > y[node] ? short : 0));
      }
    }
    pen.flush();
  };

  // The other links into the case in focus, broken lines: what else is possible.
  const drawOthers = (picture, view, pen) => {
    const { forest, layout, scene, theme, focus } = picture;
    if (focus < 0) return;
    for (const link of forest.others[focus]) {
      const source = scene.links.source[link];
      if (layout.hidden[source]) continue;
      const p = forest.p(link);
      const style = pen.line(theme.accent, 0.35 + 0.5 * p, 0.8 + 1.4 * p, true);
      pen.curve(style, (layout.x[source] - view.x) * view.kx, (layout.y[source] - view.y) * view.ky + view.top, (layout.x[focus] - view.x) * view.kx, (layout.y[focus] - view.y) * view.ky + view.top);
    }
    pen.flush();
  };

  // Contacts who are no cases: small grains below the line of the case whom they met, on the day of the exposure.
  const drawContacts = (picture, view, pen, inSight) => {
    const { contacts, layout, theme } = picture;
    if (!contacts) return;
    const late = picture.day === null ? Infinity : picture.day;
    const grain = Math.max(0.9, Math.min(2.6, view.ky * 0.12)), step = Math.max(1, grain * 1.4);
    const rows = view.ky < 7 ? 1 : 3;
    for (const node of inSight.nodes) {
      const met = contacts.by.get(node);
      if (!met || layout.hidden[node]) continue;
      if (view.ky < 3.5) {
        // Too far for grains: a stroke over the days on which the case met anybody.
        const days = met.map(([day]) => day).filter((day) => day <= late), first = Math.min(...days), last = Math.max(...days);
        if (days.length) pen.across(pen.line(theme.soft, alphaOf(picture, node) * 0.42, Math.max(0.7, view.ky * 0.3), false), (first - view.x) * view.kx, (last + 1 - view.x) * view.kx, (layout.y[node] - view.y) * view.ky + view.top + view.ky * 0.45);
        continue;
      }
      const style = pen.line(theme.soft, alphaOf(picture, node) * 0.8, grain, false);
      for (const [day, count] of met) {
        if (day > late) continue;
        const left = (day - view.x) * view.kx, top = (layout.y[node] - view.y) * view.ky + view.top + view.ky * 0.24 + grain;
        // As many columns as have room within the day; what does not fit makes the grains denser, never the day longer.
        const columns = Math.ceil(count / rows), wide = Math.min(step, (view.kx * 0.9) / columns);
        const drawn = Math.min(columns, Math.max(1, Math.floor((view.kx * 0.9) / 0.7)));
        for (let column = 0; column < drawn; column++) {
          const here = Math.min(rows, count - column * rows);
          for (let row = 0; row < here; row++) pen.grain(style, left + column * Math.max(wide, 0.7), top + row * step, grain);
        }
      }
    }
    pen.flush();
  };

  const drawNodes = (picture, view, pen, inSight) => {
    const { scene, forest, layout, theme, groups, collapsed } = picture;
    const { x, y } = layout, seen = scene.cases.id.length;
    const radius = chains.radius(view);
    const late = picture.day === null ? Infinity : picture.day;
    const onset = scene.cases.basis.codes.indexOf("onset"), none = scene.cases.basis.codes.indexOf("none");
    for (const node of inSight.nodes) {
      if (x[node] > late) continue;
      const sx = (x[node] - view.x) * view.kx, sy = (y[node] - view.y) * view.ky + view.top;
      const item = groups.items[groups.of[node]], alpha = alphaOf(picture, node);
      const basis = node < seen ? scene.cases.basis.values[node] : none;
      const ghost = node >= seen;
      const fill = ghost || basis === none ? "hollow" : basis === onset || radius < 3.2 ? "full" : "ring";
      const until = ghost ? scene.ghosts.until[node - seen] : scene.cases.until[node];
      if (until !== null && until > x[node] && radius > 2) {
        pen.across(pen.line(chains.colourOf(theme, item.colour), alpha * 0.5, Math.max(1, radius * 0.55), false), sx, (until - view.x) * view.kx, sy);
      }
      pen.mark(item.shape, sx, sy, radiusOf(forest, view, radius, node), chains.colourOf(theme, item.colour), alpha * (ghost ? 0.4 + 0.6 * scene.ghosts.p[node - seen] : 1), fill, theme.panel);
      if (collapsed.has(node)) {
        pen.badge(sx + radius + 3, sy, `+${forest.size[node] - 1}`, theme);
      }
    }
    pen.flush();
  };
  // Names: near, of everybody who has room; far, of sources and of whoever infected many, the greatest first.
  const drawLabels = (picture, view, pen, inSight) => {
    const { forest, layout, theme, scene, focus } = picture;
    const { x, y, index } = layout;
    const late = picture.day === null ? Infinity : picture.day;
    const radius = chains.radius(view), near = view.ky >= 15.5;
    const at = (node) => [(x[node] - view.x) * view.kx, (y[node] - view.y) * view.ky + view.top];
    const roomRight = (node) => {
      const lane = index[Math.max(0, Math.floor(y[node] + 0.5))] ?? [], place = lane.indexOf(node);
      return place >= 0 && place + 1 < lane.length ? (x[lane[place + 1]] - x[node]) * view.kx : Infinity;
    };
    const great = [];
    for (const node of inSight.nodes) {
      if (x[node] > late || forest.size[forest.root[node]] === 1 || node === focus) continue;
      const isRoot = forest.parent[node] < 0, infected = forest.children[node].length;
      if (near ? isRoot : isRoot ? forest.size[node] * view.ky > 60 : infected * view.ky > 44) great.push(node);
      else if (near && alphaOf(picture, node) === 1) {
        const label = chains.name(scene, node), [sx, sy] = at(node), own = radiusOf(forest, view, radius, node);
        if (roomRight(node) <= label.length * 6.1 + own + 4) continue;
        const through = forest.children[node].some((child) => !layout.hidden[child] && y[child] === y[node] && x[child] <= late);
        pen.text(label, sx + own + 3, through ? sy - Math.min(8.5, view.ky * 0.5) : sy, { anchor: "start", colour: theme.soft, size: 10.5, weight: 450, alpha: 1, halo: theme.panel });
      }
    }
    const rank = (node) => (forest.parent[node] < 0 ? 1e6 + forest.cases[node] : forest.children[node].length);
    great.sort((a, b) => rank(b) - rank(a) || a - b);
    const placed = [];
    const write = (node, label, weight) => {
      const [sx, sy] = at(node), own = radiusOf(forest, view, radius, node), wide = label.length * 6.6;
      const box = [sx - own - 5 - wide, sy - 8, sx - own - 5, sy + 8];
      if (placed.some((each) => each[0] < box[2] && each[2] > box[0] && each[1] < box[3] && each[3] > box[1])) return;
      placed.push(box);
      pen.text(label, box[2], sy, { anchor: "end", colour: theme.ink, size: 11.5, weight, alpha: alphaOf(picture, node) < 1 ? 0.3 : 1, plate: theme.panel });
    };
    if (focus >= 0 && !layout.hidden[focus]) write(focus, chains.name(scene, focus), 650);
    for (const node of great.slice(0, 80)) write(node, `${chains.name(scene, node)} · ${forest.parent[node] < 0 ? forest.cases[node] : forest.children[node].length}`, forest.parent[node] < 0 ? 600 : 500);
    pen.flush();
  };

  // What of the lanes lies in sight: nodes to draw, and sources with a link that may cross the picture.
  chains.inSight = (picture, view) => {
    const { layout, forest } = picture;
    const nodes = [], sources = [];
    const first = Math.max(0, Math.floor(view.y) - 1), last = Math.min(layout.index.length - 1, Math.ceil(view.y + view.height / view.ky) + 1);
    const left = view.x - 12 / view.kx, right = view.x + (view.width + 12) / view.kx;
    for (let lane = first; lane <= last; lane++) {
      for (const node of layout.index[lane] ?? []) if (layout.x[node] >= left && layout.x[node] <= right) nodes.push(node);
    }
    for (const { root, from, until, top, height } of layout.boxes) {
      if (top > last || top + height < first || from > right || until < left) continue;
      // A source whose own mark is out of sight may still send a line through.
      const waiting = [root];
      while (waiting.length) {
        const node = waiting.pop();
        if (layout.hidden[node]) continue;
        if (forest.children[node].length && !picture.collapsed.has(node)) { sources.push(node); for (const child of forest.children[node]) waiting.push(child); }
      }
    }
    return { nodes, sources };
  };

  // The axis stays where it is while the lanes move below it.
  chains.drawAxis = (picture, view, pen, ticks = chains.ticks(picture, view)) => {
    const { theme } = picture;
    pen.band(0, 0, view.width, view.top, theme.panel, theme.line);
    const named = ticks.filter((tick) => tick.text);
    for (let at = 0; at < named.length; at++) {
      const tick = named[at], next = named[at + 1];
      let sx = (tick.day - view.x) * view.kx;
      // The month in which the picture begins is named at its edge, where the next leaves room.
      if (sx < 0 && (!next || (next.day - view.x) * view.kx > 74)) sx = Math.max(sx, 2);
      if (sx >= 0 && sx < view.width) pen.text(tick.text, sx + 5, view.top / 2 + 1, { anchor: "start", colour: tick.strong ? theme.ink : theme.soft, size: 11.5, weight: tick.strong ? 600 : 450, alpha: 1 });
    }
  };

  chains.draw = (picture, view, pen) => {
    const { layout, theme, words, forest, focus } = picture;
    const inSight = chains.inSight(picture, view);
    const ticks = chains.ticks(picture, view);
    pen.begin(view, theme);
    const bottom = view.top + view.height;
    for (const box of layout.boxes) {
      if (box.height < 3 || box.height * view.ky < 12) continue;
      const left = (box.from - view.x) * view.kx - 14, top = (box.top - 0.62 - view.y) * view.ky + view.top;
      pen.panel(left, top, (box.until - box.from) * view.kx + 28, (box.height + 0.24) * view.ky, theme.band, 8);
    }
    for (const tick of ticks) pen.rule((tick.day - view.x) * view.kx, view.top, bottom, tick.strong ? theme.strong : theme.line, tick.strong ? 0.8 : 1);
    if (layout.strip && forest.alone.length) drawStrip(picture, view, pen);
    drawLinks(picture, view, pen, inSight);
    drawOthers(picture, view, pen);
    drawContacts(picture, view, pen, inSight);
    drawNodes(picture, view, pen, inSight);
    drawLabels(picture, view, pen, inSight);
    if (focus >= 0 && !layout.hidden[focus]) pen.ring((layout.x[focus] - view.x) * view.kx, (layout.y[focus] - view.y) * view.ky + view.top, radiusOf(forest, view, chains.radius(view), focus) + 4, theme.accent);
    if (forest.alone.length) {
      const above = layout.strip ? layout.floor - 1.6 : layout.floor - layout.highest * 0.62;
      pen.text(words.alone.replace("{n}", forest.alone.length), 14, (above - 0.75 - view.y) * view.ky + view.top, { anchor: "start", colour: theme.soft, size: 12, weight: 600, alpha: 1, halo: theme.panel });
    }
    if (picture.day !== null) pen.rule((picture.day + 0.5 - view.x) * view.kx, view.top, bottom, theme.accent, 1.5);
    chains.drawAxis(picture, view, pen, ticks);
    pen.end();
    return inSight;
  };

  // Cases without a link, put away: how many on each day.
  const drawStrip = (picture, view, pen) => {
    const { layout, theme } = picture;
    const floor = (layout.floor - view.y) * view.ky + view.top, tall = Math.max(10, view.ky * 1.4);
    const style = pen.line(theme.rest, 0.8, 1, false);
    for (const [day, count] of layout.stacks) {
      if (picture.day !== null && day > picture.day) continue;
      pen.bar(style, (day - 0.4 - view.x) * view.kx, floor, Math.max(1, view.kx * 0.8), (tall * count) / layout.highest);
    }
    pen.flush();
  };
})();
