"""The picture of who infected whom: its data contract (scene.py), its renderer (static/chainview) and a whole page.

One renderer for every chain that Quell shows: the chain page of the web draws reported links with it, an engine's
page draws probabilities and unseen cases with it, a report draws neither names nor numbers with it. So this room
imports nothing of Quell, and engines and desks may both import it.

    scene.py               what a picture is made of, as columns; ``encode`` writes them as JSON
    words.toml, words.py   every word on the picture, a column a language
    page.py                ``page(scene, language=, title=)``: one HTML file that needs nothing else
    static/chainview/      the renderer: layout.js, drawing.js, … and chainview.css (see app.js for the order)
"""

from quell.chainview.page import page
from quell.chainview.scene import Scene, encode

__all__ = ["Scene", "encode", "page"]
