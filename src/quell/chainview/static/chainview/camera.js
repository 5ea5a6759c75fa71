// Looking around: the view, and the gestures that move it. Wheel or pinch zooms about the pointer, Shift and the wheel
// only the days, dragging moves. Nothing is drawn from here: `changed` is called and the page draws once a frame.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const LEAST = { kx: 0.15, ky: 0.05 }, MOST = { kx: 90, ky: 34 };
  const TOP = 34; // the height of the time axis
  const SLACK = 4; // pixels that a pointer may tremble between down and up and still be a click

  chains.camera = (canvas, { changed, clicked, twice, hovered }) => {
    const view = { x: 0, y: 0, kx: 4, ky: 10, width: 100, height: 100, top: TOP };
    let bounds = { first: 0, last: 1, total: 1 };

    const within = () => {
      const wide = view.width / view.kx, tall = view.height / view.ky;
      const left = bounds.first - wide * 0.6, right = bounds.last + wide * 0.6 - wide;
      view.x = Math.min(Math.max(view.x, Math.min(left, right)), Math.max(left, right));
      view.y = Math.min(Math.max(view.y, -20 / view.ky - tall * 0.3), Math.max(-20 / view.ky, bounds.total - tall * 0.4));
    };
    const zoom = (fx, fy, px, py) => {
      const wx = view.x + px / view.kx, wy = view.y + (py - TOP) / view.ky;
      view.kx = Math.min(MOST.kx, Math.max(LEAST.kx, view.kx * fx));
      view.ky = Math.min(MOST.ky, Math.max(LEAST.ky, view.ky * fy));
      view.x = wx - px / view.kx; view.y = wy - (py - TOP) / view.ky;
      within(); changed();
    };

    const pointers = new Map();
    let moved = 0, last = null, pinch = 0, tapped = { at: 0, x: 0, y: 0 };
    const here = (event) => { const box = canvas.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, here(event));
      if (pointers.size === 1) moved = 0;
      last = here(event); pinch = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = here(event);
      if (!pointers.has(event.pointerId)) { hovered(at.x, at.y); return; }
      const before = pointers.get(event.pointerId);
      pointers.set(event.pointerId, at);
      moved += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
      if (pointers.size === 1) {
        if (moved < SLACK) return;
        canvas.classList.add("held");
        view.x -= (at.x - last.x) / view.kx; view.y -= (at.y - last.y) / view.ky;
        last = at; within(); changed();
      } else if (pointers.size === 2) {
        const [one, two] = [...pointers.values()];
        const apart = Math.hypot(one.x - two.x, one.y - two.y), middle = { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 };
        if (pinch) {
          view.x -= (middle.x - last.x) / view.kx; view.y -= (middle.y - last.y) / view.ky;
          zoom(apart / pinch, apart / pinch, middle.x, middle.y);
        }
        pinch = apart; last = middle;
      }
    });
    const up = (event) => {
      if (!pointers.delete(event.pointerId)) return;
      canvas.classList.remove("held");
      const at = here(event);
      if (pointers.size === 1) { last = [...pointers.values()][0]; pinch = 0; moved = SLACK; }
      else if (event.type === "pointerup" && moved < SLACK) {
        const now = performance.now(), again = now - tapped.at < 350 && Math.hypot(at.x - tapped.x, at.y - tapped.y) < 12;
        tapped = { at: again ? 0 : now, x: at.x, y: at.y };
        (again ? twice : clicked)(at.x, at.y, event.pointerType);
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => hovered(-1, -1));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 300 : 1;
      const at = here(event);
      // A trackpad scrolls sideways: that moves through time.
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && !event.shiftKey) { view.x += (event.deltaX * unit) / view.kx; within(); changed(); return; }
      const by = Math.exp(-(event.deltaY || event.deltaX) * unit * 0.0016);
      zoom(event.altKey ? 1 : by, event.shiftKey ? 1 : by, at.x, at.y);
    }, { passive: false });

    return {
      view,
      resize(width, height) { view.width = width; view.height = height - TOP; within(); },
      // names: the room, in pixels, that the names of sources take at the left
      bound(layout, names = 82) { bounds = { first: layout.first, last: layout.last, total: layout.total, names }; within(); },
      // Everything, as large as it goes; never so large that a handful of cases fills the room with discs.
      fit() {
        const days = bounds.last - bounds.first;
        const margin = Math.min(view.width * 0.36, Math.max(bounds.names, view.width * 0.08));
        view.kx = Math.min(26, Math.max(LEAST.kx, (view.width - margin - 40) / Math.max(days, 4)));
        view.ky = Math.min(22, Math.max(LEAST.ky, (view.height - 40) / (bounds.total + 0.5)));
        view.x = bounds.first - margin / view.kx;
        view.y = -20 / view.ky - Math.max(0, (view.height - 40) / view.ky - bounds.total) * 0.1;
        changed();
      },
      // A box of days and lanes, with air around it.
      show(from, until, top, height) {
        const margin = Math.min(view.width * 0.36, Math.max(bounds.names, view.width * 0.12));
        view.kx = Math.min(24, Math.max(LEAST.kx, (view.width - margin - 60) / Math.max(until - from, 6)));
        view.ky = Math.min(22, Math.max(2.2, (view.height - 40) / (height + 2)));
        view.x = from - margin / view.kx;
        view.y = top - Math.max(1.2, (view.height / view.ky - height) / 2);
        within(); changed();
      },
      // Bring a node into sight, moving no more than needed.
      reveal(x, y) {
        const px = (x - view.x) * view.kx, py = (y - view.y) * view.ky, edge = Math.min(70, view.width / 5);
        if (px < edge) view.x -= (edge - px) / view.kx; else if (px > view.width - edge) view.x += (px - view.width + edge) / view.kx;
        if (py < 40) view.y -= (40 - py) / view.ky; else if (py > view.height - 40) view.y += (py - view.height + 40) / view.ky;
        changed();
      },
      move(dx, dy) { view.x += dx / view.kx; view.y += dy / view.ky; within(); changed(); },
      zoom(by) { zoom(by, by, view.width / 2, TOP + view.height / 2); },
      stretch(fx, fy) { zoom(fx, fy, view.width / 2, TOP + view.height / 2); },
      // Where on the world a point of the canvas lies.
      world: (px, py) => ({ x: view.x + px / view.kx, y: view.y + (py - TOP) / view.ky }),
    };
  };
})();
