// The pen that paints on a canvas. Lines are gathered by style and stroked once a style; marks are stamped from
// pictures that were drawn once, which is what a machine without a graphics card does quickest.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});

  // The outline of a shape around 0, 0; radius 1 has about the area of the circle. Points for polygons.
  const polygon = (corners, turn, size) => Array.from({ length: corners }, (_, at) => {
    const angle = turn + (at * 2 * Math.PI) / corners;
    return [Math.cos(angle) * size, Math.sin(angle) * size];
  });
  const star = Array.from({ length: 10 }, (_, at) => {
    const angle = -Math.PI / 2 + (at * Math.PI) / 5, size = at % 2 ? 0.58 : 1.35;
    return [Math.cos(angle) * size, Math.sin(angle) * size];
  });
  const arm = 0.42, reach = 1.15;
  chains.OUTLINES = {
    square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
    diamond: polygon(4, 0, 1.22),
    triangle: polygon(3, -Math.PI / 2, 1.32),
    down: polygon(3, Math.PI / 2, 1.32),
    pentagon: polygon(5, -Math.PI / 2, 1.15),
    hexagon: polygon(6, 0, 1.08),
    cross: [[-arm, -reach], [arm, -reach], [arm, -arm], [reach, -arm], [reach, arm], [arm, arm], [arm, reach], [-arm, reach], [-arm, arm], [-reach, arm], [-reach, -arm], [-arm, -arm]],
    star,
  };

  const trace = (context, shape, x, y, r) => {
    context.beginPath();
    const points = chains.OUTLINES[shape];
    if (!points) context.arc(x, y, r, 0, 2 * Math.PI);
    else { points.forEach(([px, py], at) => context[at ? "lineTo" : "moveTo"](x + px * r, y + py * r)); context.closePath(); }
  };

  chains.stamp = (context, shape, x, y, r, colour, fill, panel) => {
    trace(context, shape, x, y, fill === "hollow" ? r * 0.9 : r);
    if (fill === "hollow") {
      context.fillStyle = panel; context.fill();
      context.strokeStyle = colour; context.lineWidth = Math.max(1, r * 0.3);
      context.setLineDash([r * 0.7, r * 0.45]); context.stroke(); context.setLineDash([]);
      return;
    }
    context.fillStyle = colour; context.fill();
    context.lineWidth = r > 3 ? 1.25 : 0.6; context.strokeStyle = panel; context.stroke();
    if (fill === "ring") { context.beginPath(); context.arc(x, y, r * (chains.OUTLINES[shape] ? 0.34 : 0.42), 0, 2 * Math.PI); context.fillStyle = panel; context.fill(); }
  };

  chains.canvasPen = (canvas, font) => {
    const context = canvas.getContext("2d", { alpha: false });
    const stamps = new Map(), styles = new Map();
    let scale = 1, used = [], kept = null, family = "sans-serif";

    const stampOf = (shape, r, colour, fill, panel) => {
      const key = `${shape}|${r}|${colour}|${fill}|${panel}|${scale}`;
      let made = stamps.get(key);
      if (!made) {
        if (stamps.size > 600) stamps.clear();
        const side = Math.ceil((r * 1.45 + 1.5) * 2 * scale);
        made = document.createElement("canvas");
        made.width = made.height = side;
        const on = made.getContext("2d");
        on.scale(scale, scale);
        chains.stamp(on, shape, side / scale / 2, side / scale / 2, r, colour, fill, panel);
        made.half = side / scale / 2; made.side = side / scale;
        stamps.set(key, made);
      }
      return made;
    };

    return {
      resize(width, height, ratio) {
        scale = ratio;
        canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
      },
      // What was drawn for one view, moved and stretched to another: what is seen while a drawing would come too late.
      keep() {
        kept ??= document.createElement("canvas");
        if (kept.width !== canvas.width || kept.height !== canvas.height) { kept.width = canvas.width; kept.height = canvas.height; }
        kept.getContext("2d", { alpha: false }).drawImage(canvas, 0, 0);
      },
      moved(from, view, theme) {
        this.begin(view, theme);
        const wide = view.kx / from.kx, tall = view.ky / from.ky, top = Math.round(view.top * scale);
        context.drawImage(kept, 0, top, kept.width, kept.height - top,
          (from.x - view.x) * view.kx, view.top + (from.y - view.y) * view.ky, (kept.width / scale) * wide, ((kept.height - top) / scale) * tall);
      },
      begin(view, theme) {
        family = font();
        context.setTransform(scale, 0, 0, scale, 0, 0);
        context.globalAlpha = 1;
        context.fillStyle = theme.panel;
        context.fillRect(0, 0, view.width, view.top + view.height);
        context.lineCap = "butt"; context.lineJoin = "round"; context.textBaseline = "middle";
      },
      line(colour, alpha, width, dashed) {
        const key = `${colour}${alpha.toFixed(2)}|${width.toFixed(2)}${dashed ? "-" : ""}`;
        let style = styles.get(key);
        if (!style) { if (styles.size > 400) styles.clear(); styles.set(key, (style = { colour, alpha, width, dashed, boxes: [], bends: [], curves: [], waits: false })); }
        if (!style.waits) { style.waits = true; used.push(style); }
        return style;
      },
      across(style, from, to, y) {
        if (style.dashed) style.curves.push(from, y, (from + to) / 2, y, to, y);
        else style.boxes.push(Math.min(from, to), y - style.width / 2, Math.abs(to - from), style.width);
      },
      down(style, x, from, to) { style.boxes.push(x - style.width / 2, from, style.width, to - from); },
      bar(style, x, floor, width, height) { style.boxes.push(x, floor - height, width, height); },
      grain(style, x, y, size) { style.boxes.push(x, y, size, size); },
      bend(style, fromX, toX, y, bx, by) { style.bends.push(fromX, toX, y, bx, by); },
      curve(style, x0, y0, x1, y1) { const middle = (x0 + x1) / 2; style.curves.push(x0, y0, middle, Math.min(y0, y1) - 0.25 * Math.abs(y1 - y0) - 18, x1, y1); },
      flush() {
        for (const style of used) {
          style.waits = false;
          context.globalAlpha = style.alpha;
          const { boxes, bends, curves } = style;
          if (boxes.length) {
            context.fillStyle = style.colour;
            for (let at = 0; at < boxes.length; at += 4) context.fillRect(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]);
            boxes.length = 0;
          }
          if (bends.length || curves.length) {
            context.strokeStyle = style.colour; context.lineWidth = style.width;
            if (style.dashed) context.setLineDash([4, 3]);
            context.beginPath();
            for (let at = 0; at < bends.length; at += 5) {
              const x = bends[at], y = bends[at + 2], by = bends[at + 4];
              context.moveTo(x, y - by); context.quadraticCurveTo(x, y, x + bends[at + 3], y); context.lineTo(bends[at + 1], y);
            }
            for (let at = 0; at < curves.length; at += 6) { context.moveTo(curves[at], curves[at + 1]); context.quadraticCurveTo(curves[at + 2], curves[at + 3], curves[at + 4], curves[at + 5]); }
            context.stroke();
            context.setLineDash([]);
            bends.length = curves.length = 0;
          }
        }
        used = [];
        context.globalAlpha = 1;
      },
      mark(shape, x, y, r, colour, alpha, fill, panel) {
        context.globalAlpha = alpha;
        if (r < 1.7) { context.fillStyle = colour; context.fillRect(x - r, y - r, 2 * r, 2 * r); return; }
        const made = stampOf(shape, Math.round(r * 4) / 4, colour, fill, panel);
        context.drawImage(made, x - made.half, y - made.half, made.side, made.side);
      },
      ring(x, y, r, colour) {
        context.globalAlpha = 1; context.strokeStyle = colour; context.lineWidth = 2.5;
        context.beginPath(); context.arc(x, y, r, 0, 2 * Math.PI); context.stroke();
      },
      rule(x, top, bottom, colour, width) { context.globalAlpha = 1; context.fillStyle = colour; context.fillRect(Math.round(x * scale) / scale, top, width, bottom - top); },
      panel(x, y, width, height, colour, round) {
        context.globalAlpha = 1; context.fillStyle = colour; context.beginPath(); context.roundRect(x, y, width, height, Math.min(round, height / 2)); context.fill();
      },
      band(x, y, width, height, colour, line) {
        context.globalAlpha = 1; context.fillStyle = colour; context.fillRect(x, y, width, height);
        context.fillStyle = line; context.fillRect(x, y + height - 1, width, 1);
      },
      badge(x, y, text, theme) {
        context.globalAlpha = 1; context.font = `600 10.5px ${family}`;
        const width = context.measureText(text).width + 10;
        context.fillStyle = theme.accent; context.beginPath(); context.roundRect(x, y - 8, width, 16, 8); context.fill();
        context.fillStyle = theme.panel; context.textAlign = "left"; context.fillText(text, x + 5, y + 0.5);
      },
      text(text, x, y, { anchor, colour, size, weight, alpha, halo, plate }) {
        context.globalAlpha = alpha; context.font = `${weight} ${size}px ${family}`;
        if (plate) {
          const width = context.measureText(text).width + 6;
          context.globalAlpha = alpha * 0.86; context.fillStyle = plate;
          context.beginPath(); context.roundRect(anchor === "end" ? x - width + 3 : x - 3, y - size * 0.72, width, size * 1.44, 4); context.fill();
          context.globalAlpha = alpha;
        }
        context.textAlign = anchor === "end" ? "right" : "left";
        if (halo) { context.strokeStyle = halo; context.lineWidth = 3; context.strokeText(text, x, y); }
        context.fillStyle = colour; context.fillText(text, x, y);
      },
      end() { context.globalAlpha = 1; },
    };
  };
})();
