// The picture as a file. The same drawing, with the pen that writes SVG, always on white; a PDF is that SVG, turned by the server.
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
    if (name.startsWith("svg")) { give(new Blob([svg], { type: "image/svg+xml" }), `${file}.svg`); page.say(words.saved); return; }
    page.say(words.making);
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
      const answer = await fetch(scene.meta.pdf_url, { method: "POST", body: svg, headers: { "Content-Type": "image/svg+xml", "X-CSRFToken": token } });
      if (!answer.ok) throw new Error(await answer.text());
      give(await answer.blob(), `${file}.pdf`);
      page.say(words.saved);
    } catch (error) { page.say(words.failed); page.parts.wait.hidden = false; page.parts.wait.textContent = `${words.failed} ${error.message}`; }
  };
})();
