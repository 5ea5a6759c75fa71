"""A whole page in one file: the scene, the renderer and its look, with no server behind it."""

from __future__ import annotations

from html import escape
from importlib import resources

import msgspec

from quell.chainview.scene import Scene
from quell.chainview.words import words

# In the order in which they build on each other; the desk's template names the same files.
SCRIPTS = (
    "forest.js",
    "layout.js",
    "colours.js",
    "drawing.js",
    "canvas.js",
    "svg.js",
    "camera.js",
    "panel.js",
    "table.js",
    "frame.js",
    "listening.js",
    "saving.js",
    "app.js",
)
# The file may run its own script and nothing else, and speaks to nobody.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
    "form-action 'none'"
)


def page(scene: Scene, *, language: str, title: str) -> str:
    """The scene as one HTML file.

    language  "en" or "zh": of the words around the picture; labels within the scene come as they are
    title     the heading, as plain text

    Whoever infected whom is for investigators: the page says that it is confidential.
    """
    said = words(language)
    scripts = "".join(f"<script>{_script(_asset(name))}</script>\n" for name in SCRIPTS)
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>{_asset("chainview.css")}</style>
</head>
<body class="chains-alone">
<main>
<h1>{escape(title)}</h1>
<p class="muted">{escape(said["confidential"])}</p>
<div id="chains" class="chains" data-inline></div>
</main>
<script type="application/json" id="chains-words">{_data(said)}</script>
<script type="application/json" id="chains-scene">{_data(scene)}</script>
{scripts}</body>
</html>
"""


def _asset(name: str) -> str:
    return (resources.files("quell.chainview") / "static" / "chainview" / name).read_text(encoding="utf-8")


def _data(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


def _script(text: str) -> str:
    if "</script" in text or "<!--" in text:
        raise ValueError("a script of ours holds what would end the element that it stands in")
    return text
