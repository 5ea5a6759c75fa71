"""The web application, for uvicorn or any other ASGI server: quell.site.asgi:application.

`quell serve` has opened the installation before this module is imported. Where it has not (a worker process, another
server's command line), it is opened here and let go when the process ends.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack

from quell.site import database

if database.current() is None:
    _open = ExitStack()
    _open.enter_context(database.installation(pool=True))
    atexit.register(_open.close)

from django.core.asgi import get_asgi_application

from quell.site.background import start_background, stop_background

application = get_asgi_application()

# At import, and not with the server's lifespan: servers are run with it off, and Django's application knows none.
start_background()
atexit.register(stop_background)
