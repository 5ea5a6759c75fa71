"""The lists, each as data: what it shows, and how it may be searched, filtered and sorted."""

from __future__ import annotations

from collections.abc import Mapping

from quell.registry.reading.listing import Listing
from quell.registry.reading.lists.cases import CASES
from quell.registry.reading.lists.contacts import CONTACTS
from quell.registry.reading.lists.duties import DUTIES
from quell.registry.reading.lists.people import PEOPLE
from quell.registry.reading.lists.places import PLACES
from quell.registry.reading.lists.tubes import TUBES

# In the order of the tabs.
LISTS: Mapping[str, Listing] = {each.name: each for each in (CASES, CONTACTS, PEOPLE, TUBES, PLACES, DUTIES)}
