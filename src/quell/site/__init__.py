"""Site: settings, urls, ASGI entry and the embedded database."""
