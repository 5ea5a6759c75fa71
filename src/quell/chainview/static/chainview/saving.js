// The picture as a file: the same drawing, with the pen that writes SVG, always on white. It goes by way of the server,
// which writes down who took it, and turns it into a PDF where one was asked for.
(() => {
  "use strict";
  const chains = (window.quellChains ??= {});
  const WIDEST = 3600, TALLEST = 12000;

  // all: every case, large enough to read; else what the screen shows.
  chains.svg = (page, all) => {
    const { scene, words, layout, camera } = page;
    let view = { ...camera.view };
    if (all) {
      const days = Math.max(8, layout.last - layout.first);
      const ky = Math.min(16, TALLEST / (layout.total + 3)), kx = Math.min(22, Math.max(2.4, 1500 / days), (WIDEST - 220) / days);
      view = { x: layout.first - 130 / kx, y: -1.6, kx, ky, width: Math.max(760, days * kx + 220), height: (layout.total + 3) * ky, top: view.top };
    }
    const title = chains.fill(words.fileTitle, { title: scene.meta.title });
    const day = page.day === null ? chains.dateText(page.language, new Date(Date.parse(scene.meta.as_of)), { day: "numeric", month: "long", year: "numeric" }) : chains.day(page, page.day);
    const pen = chains.svgPen(title, chains.fill(words.fileFoot, { day, zone: scene.meta.zone, position: scene.meta.position, n: scene.cases.id.length }));
    const picture = { ...page, theme: chains.LIGHT };
    chains.draw(picture, view, pen);
    return pen.file(chains.LIGHT, page.groups.items);
  };

  const give = (blob, name) => {
    const link = chains.make("a", { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  chains.save = async (page, name) => {
    const { scene, words } = page;
    const file = `chains-${scene.meta.outbreak.replace(/[^\w.-]+/g, "_")}-${scene.meta.as_of}`;
    const svg = chains.svg(page, name.endsWith("All"));
    const kind = name.startsWith("svg") ? "svg" : "pdf", type = kind === "svg" ? "image/svg+xml" : "application/pdf";
    page.say(words.making);
    try {
      // Without a server there is nobody to tell, and only SVG is offered.
      if (!scene.meta.file_url) { give(new Blob([svg], { type }), `${file}.${kind}`); page.say(words.saved); return; }
      const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
      const answer = await fetch(`${scene.meta.file_url}?as=${kind}`, { method: "POST", body: svg, headers: { "Content-Type": "image/svg+xml", "X-CSRFToken": token } });
      if (!answer.ok) throw new Error(answer.status < 500 ? await answer.text() : answer.status);
      give(new Blob([await answer.arrayBuffer()], { type }), `${file}.${kind}`);
      page.say(words.saved);
    } catch (error) { page.say(words.failed); page.parts.wait.hidden = false; page.parts.wait.textContent = `${words.failed} ${error.message}`; }
  };
})();
