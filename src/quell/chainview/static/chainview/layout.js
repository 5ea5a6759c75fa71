// Where everything stands: x is the day, y the lane. Pure and deterministic, O(n log n) for what outbreaks look like.
//
// A tree is a block of lanes. Its root stands on the first lane; the child who fell ill last stays on the lane of its
// source and the others hang below, the later the nearer, so that short branches slip under long ones. For each lane a
// block knows only the first and the last day that it takes; a branch slides up until it would touch something.
// Whole trees are packed like boxes, the largest first. Cases without a link stand in stacks by day below everything.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const GAP = 1.5; // days between two things on one lane
  const APART = 6; // days between two trees on the same lanes
  const STACKED = 0.62; // of a lane: what one case without a link takes

  // Put a child's block into its source's: slide up from below everything until it would touch. Returns the lane.
  const settle = (lo, hi, block, at) => {
    let lane = lo.length;
    const fits = (offset) => {
      for (let row = 0; row < block.lo.length; row++) {
        const taken = offset + row;
        if (taken >= lo.length) return true;
        const from = row === 0 ? at : block.lo[row];
        if (!(block.hi[row] + GAP <= lo[taken] || from >= hi[taken] + GAP)) return false;
      }
      return true;
    };
    while (lane > 1 && fits(lane - 1)) lane--;
    for (let row = 0; row < block.lo.length; row++) {
      const taken = lane + row, from = row === 0 ? at : block.lo[row];
      if (taken < lo.length) { lo[taken] = Math.min(lo[taken], from); hi[taken] = Math.max(hi[taken], block.hi[row]); }
      else { lo.push(from); hi.push(block.hi[row]); }
    }
    return lane;
  };

  // The block of a node from the blocks of its children; `offset` gets each child's lane relative to the node's.
  const blockOf = (node, forest, blocks, offset) => {
    const x = forest.day[node];
    let lo = [x], hi = [x];
    const shown = forest.children[node].filter((child) => blocks[child]);
    let rest = shown;
    if (shown.length && forest.day[shown[0]] >= x + 1) {
      const heir = blocks[shown[0]];
      lo = heir.lo; hi = heir.hi; lo[0] = x;
      offset[shown[0]] = 0;
      rest = shown.slice(1);
    }
    let deepest = 0;
    for (const child of rest) {
      offset[child] = settle(lo, hi, blocks[child], Math.min(x, forest.day[child]));
      deepest = Math.max(deepest, offset[child]);
    }
    // The upright line from the node to its lowest child is taken, too: nothing of other branches may cross it.
    for (let row = 1; row <= deepest; row++) lo[row] = Math.min(lo[row], x);
    for (const child of shown) blocks[child] = null;
    return { lo, hi };
  };

  // The first lane from which `height` lanes are free between two days.
  const firstFree = (taken, height, from, until) => {
    for (let lane = 0; ; lane++) {
      let row = 0;
      for (; row < height; row++) {
        const here = taken[lane + row];
        if (!here) continue;
        let touches = false;
        for (let at = 0; at < here.length; at += 2) if (from < here[at + 1] && until > here[at]) { touches = true; break; }
        if (touches) break;
      }
      if (row === height) return lane;
      lane += row;
    }
  };

  chains.layout = (forest, { collapsed = new Set(), strip = false } = {}) => {
    const { count, order, parent, day, trees, alone } = forest;
    const x = Float64Array.from(day), y = new Float64Array(count), hidden = new Uint8Array(count);
    for (const node of order) if (parent[node] >= 0 && (hidden[parent[node]] || collapsed.has(parent[node]))) hidden[node] = 1;
    const blocks = new Array(count).fill(null), offset = new Int32Array(count);
    const single = new Uint8Array(count);
    for (const node of alone) single[node] = 1;
    const heights = new Map();
    for (let at = count - 1; at >= 0; at--) {
      const node = order[at];
      if (hidden[node] || single[node]) continue;
      blocks[node] = blockOf(node, forest, blocks, offset);
    }
    const taken = [], boxes = [];
    for (const root of trees) {
      const block = blocks[root];
      let until = -Infinity, from = Infinity;
      for (const each of block.hi) until = Math.max(until, each);
      for (const each of block.lo) from = Math.min(from, each);
      heights.set(root, block.lo.length);
      // A lane of air around what is a tree, none around pairs.
      const air = block.lo.length > 2 ? 1 : 0;
      const lane = firstFree(taken, block.lo.length + air, from - APART, until + APART);
      for (let row = 0; row < block.lo.length + air; row++) (taken[lane + row] ??= []).push(from - APART / 2, until + APART / 2);
      y[root] = lane;
      boxes.push({ root, from, until, top: lane, height: block.lo.length });
    }
    for (const node of order) if (!single[node] && !hidden[node] && parent[node] >= 0) y[node] = y[parent[node]] + offset[node];
    const lanes = taken.length;
    // Cases without a link: one above the other on their day, growing up from the floor.
    const stacks = new Map();
    let highest = 0;
    for (const node of alone) {
      const place = stacks.get(day[node]) ?? 0;
      stacks.set(day[node], place + 1);
      highest = Math.max(highest, place + 1);
      y[node] = place;
    }
    const tall = strip ? 1.6 : highest * STACKED;
    const floor = alone.length ? lanes + 2 + tall : lanes;
    for (const node of alone) {
      y[node] = floor - (strip ? 0.4 : (y[node] + 0.5) * STACKED);
      if (strip) hidden[node] = 1;
    }
    const shown = order.filter((node) => !hidden[node]);
    // Of all days, the hidden ones too: what is folded away must not move the rest.
    const first = order.reduce((least, node) => Math.min(least, x[node]), Infinity), last = order.reduce((most, node) => Math.max(most, x[node]), -Infinity);
    return { x, y, hidden, boxes, lanes, floor, strip, stacks, highest, total: floor + 0.5, first: Number.isFinite(first) ? first : 0, last: Number.isFinite(last) ? last : 1, index: indexOf(shown, x, y) };
  };

  // By lane, from left to right: what is where, for the pointer and for what is in sight.
  const indexOf = (shown, x, y) => {
    const index = [];
    for (const node of shown) (index[Math.max(0, Math.floor(y[node] + 0.5))] ??= []).push(node);
    for (const lane of index) lane?.sort((a, b) => x[a] - x[b] || a - b);
    return index;
  };

  // The node nearest to a point, within so many pixels; -1 where there is none. kx, ky: pixels a day, pixels a lane.
  chains.nearest = (layout, x, y, kx, ky, within) => {
    let best = -1, least = within * within;
    const reach = Math.min(40, Math.ceil(within / ky));
    for (let lane = Math.max(0, Math.floor(y + 0.5) - reach); lane <= Math.floor(y + 0.5) + reach; lane++) {
      const here = layout.index[lane];
      if (!here) continue;
      let low = 0, high = here.length;
      const from = x - within / kx;
      while (low < high) { const middle = (low + high) >> 1; if (layout.x[here[middle]] < from) low = middle + 1; else high = middle; }
      for (; low < here.length && layout.x[here[low]] <= x + within / kx; low++) {
        const dx = (layout.x[here[low]] - x) * kx, dy = (layout.y[here[low]] - y) * ky;
        if (dx * dx + dy * dy < least) { least = dx * dx + dy * dy; best = here[low]; }
      }
    }
    return best;
  };

  // The case whose link runs through a point: the next on that lane whose source lies to the left of the point.
  chains.linkAt = (layout, forest, x, y, ky, within) => {
    const lane = Math.floor(y + 0.5);
    if (Math.abs(y - lane) * ky > within) return -1;
    for (const node of layout.index[lane] ?? []) {
      if (layout.x[node] >= x) return forest.parent[node] >= 0 && layout.x[forest.parent[node]] <= x ? node : -1;
    }
    return -1;
  };
})();
