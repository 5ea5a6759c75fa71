// The pen that writes SVG: the same drawing as a file of vectors. It writes only what desks/chains/pdf.py lets through.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const FONT = "Noto Sans, Noto Sans CJK SC, Noto Sans SC, Segoe UI, PingFang SC, Microsoft YaHei, sans-serif";
  const n = (value) => String(Math.round(value * 100) / 100);
  const escape = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f]/g, "").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

  // title, foot: what the file says of itself, above and below the drawing.
  chains.svgPen = (title, foot) => {
    const parts = [], styles = new Map();
    let used = [], whole = { width: 0, height: 0 };
    const HEAD = 46, legendHeight = 30, FOOT = 34;

    const outline = (shape, x, y, r) => {
      const points = chains.OUTLINES[shape];
      if (!points) return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0z`;
      return `M${points.map(([px, py]) => `${n(x + px * r)} ${n(y + py * r)}`).join("L")}z`;
    };
    const stamp = (shape, x, y, r, colour, alpha, fill, panel) => {
      const opacity = alpha < 1 ? ` opacity="${n(alpha)}"` : "";
      if (fill === "hollow") parts.push(`<path d="${outline(shape, x, y, r * 0.9)}" fill="${panel}" stroke="${colour}" stroke-width="${n(Math.max(1, r * 0.3))}" stroke-dasharray="${n(r * 0.7)} ${n(r * 0.45)}"${opacity}/>`);
      else {
        parts.push(`<path d="${outline(shape, x, y, r)}" fill="${colour}" stroke="${panel}" stroke-width="${r > 3 ? 1.25 : 0.6}"${opacity}/>`);
        if (fill === "ring") parts.push(`<path d="${outline("circle", x, y, r * (chains.OUTLINES[shape] ? 0.34 : 0.42))}" fill="${panel}"${opacity}/>`);
      }
    };

    return {
      begin(view, theme) {
        whole = { width: view.width, height: view.top + view.height };
        parts.push(`<rect x="0" y="0" width="${n(whole.width)}" height="${n(whole.height)}" fill="${theme.panel}"/>`);
      },
      line(colour, alpha, width, dashed) {
        const key = `${colour}|${n(alpha)}|${n(width)}|${dashed}`;
        let style = styles.get(key);
        if (!style) styles.set(key, (style = { colour, alpha, width, dashed, d: [], boxes: [], waits: false }));
        if (!style.waits) { style.waits = true; used.push(style); }
        return style;
      },
      across(style, from, to, y) { style.d.push(`M${n(from)} ${n(y)}H${n(to)}`); },
      down(style, x, from, to) { style.d.push(`M${n(x)} ${n(from)}V${n(to)}`); },
      bar(style, x, floor, width, height) { style.boxes.push(`M${n(x)} ${n(floor)}h${n(width)}v${n(-height)}h${n(-width)}z`); },
      grain(style, x, y, size) { style.boxes.push(`M${n(x)} ${n(y)}h${n(size)}v${n(size)}h${n(-size)}z`); },
      bend(style, fromX, toX, y, bx, by) { style.d.push(`M${n(fromX)} ${n(y - by)}Q${n(fromX)} ${n(y)} ${n(fromX + bx)} ${n(y)}H${n(toX)}`); },
      curve(style, x0, y0, x1, y1) { style.d.push(`M${n(x0)} ${n(y0)}Q${n((x0 + x1) / 2)} ${n(Math.min(y0, y1) - 0.25 * Math.abs(y1 - y0) - 18)} ${n(x1)} ${n(y1)}`); },
      flush() {
        for (const style of used) {
          style.waits = false;
          const opacity = style.alpha < 1 ? ` opacity="${n(style.alpha)}"` : "";
          if (style.d.length) parts.push(`<path d="${style.d.join("")}" fill="none" stroke="${style.colour}" stroke-width="${n(style.width)}"${style.dashed ? ' stroke-dasharray="4 3"' : ""}${opacity}/>`);
          if (style.boxes.length) parts.push(`<path d="${style.boxes.join("")}" fill="${style.colour}"${opacity}/>`);
          style.d = []; style.boxes = [];
        }
        used = [];
      },
      mark: stamp,
      ring(x, y, r, colour) { parts.push(`<path d="${outline("circle", x, y, r)}" fill="none" stroke="${colour}" stroke-width="2.5"/>`); },
      rule(x, top, bottom, colour, width) { parts.push(`<rect x="${n(x)}" y="${n(top)}" width="${n(width)}" height="${n(bottom - top)}" fill="${colour}"/>`); },
      panel(x, y, width, height, colour, round) { parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(Math.min(round, height / 2))}" fill="${colour}"/>`); },
      band(x, y, width, height, colour, line) { parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${colour}"/><rect x="${n(x)}" y="${n(y + height - 1)}" width="${n(width)}" height="1" fill="${line}"/>`); },
      badge(x, y, text, theme) {
        const width = text.length * 6.4 + 10;
        parts.push(`<rect x="${n(x)}" y="${n(y - 8)}" width="${n(width)}" height="16" rx="8" fill="${theme.accent}"/><text x="${n(x + 5)}" y="${n(y + 3.8)}" fill="${theme.panel}" font-size="10.5" font-weight="600">${escape(text)}</text>`);
      },
      text(text, x, y, { anchor, colour, size, weight, alpha, halo, plate }) {
        if (x < -200 || x > whole.width + 200 || y < -20 || y > whole.height + 20) return;
        if (plate) {
          const width = text.length * size * 0.58 + 6;
          parts.push(`<rect x="${n(anchor === "end" ? x - width + 3 : x - 3)}" y="${n(y - size * 0.72)}" width="${n(width)}" height="${n(size * 1.44)}" rx="4" fill="${plate}" opacity="${n(alpha * 0.86)}"/>`);
        }
        const round = halo ? ` stroke="${halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"` : "";
        parts.push(`<text x="${n(x)}" y="${n(y + size * 0.36)}" fill="${colour}" font-size="${size}" font-weight="${weight >= 600 ? 600 : 400}"${anchor === "end" ? ' text-anchor="end"' : ""}${alpha < 1 ? ` opacity="${n(alpha)}"` : ""}${round}>${escape(text)}</text>`);
      },
      end() {},
      // The file: a heading, the legend, the drawing, and what it is of.
      file(theme, items) {
        const drawn = parts.splice(0);
        let left = 16;
        const legend = [];
        let line = 0;
        for (const item of items) {
          const wide = 34 + [...`${item.label} ${item.count}`].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 12 : 6.6), 0);
          if (left + wide > whole.width && left > 16) { left = 16; line++; }
          const y = HEAD + 14 + line * 22;
          stamp(item.shape, left + 6, y, 5, chains.colourOf(theme, item.colour), 1, "full", theme.panel);
          legend.push(...parts.splice(0), `<text x="${n(left + 17)}" y="${n(y + 4)}" fill="${theme.soft}" font-size="11.5">${escape(item.label)} ${item.count}</text>`);
          left += wide;
        }
        const down = HEAD + legendHeight + line * 22, height = down + whole.height + FOOT;
        return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(whole.width)}" height="${n(height)}" viewBox="0 0 ${n(whole.width)} ${n(height)}" font-family="${FONT}"><title>${escape(title)}</title><desc>${escape(foot)}</desc>`
          + `<g transform="translate(0 ${n(down)})">${drawn.join("")}</g>`
          // What the drawing put beyond its own field is covered.
          + `<rect x="0" y="0" width="${n(whole.width)}" height="${n(down)}" fill="${theme.panel}"/><rect x="0" y="${n(down + whole.height)}" width="${n(whole.width)}" height="${FOOT}" fill="${theme.panel}"/>`
          + `<text x="16" y="29" fill="${theme.ink}" font-size="17" font-weight="600">${escape(title)}</text>${legend.join("")}`
          + `<text x="16" y="${n(height - 13)}" fill="${theme.faint}" font-size="10.5">${escape(foot)}</text></svg>`;
      },
    };
  };
})();
