"""An outbreak with one positive tube of ten, and somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from desks.tube_of_ten import OUTBREAK, PEOPLE, POOL, WHERE, now
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant
from quell.protocol.pack import load
from quell.site.roles import Connections

# Imported within the fixtures: this file is read before Django is set up.
if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def outbreak(database: Connections) -> Connections:
    from quell.ledger.adopt import open_outbreak

    open_outbreak(
        OUTBREAK,
        pack=load("cn-covid19"),
        title={"en": "Lanzhou", "zh": "兰州"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=now() - timedelta(days=3),
        by="command",
        now=now(),
    )
    return database


@pytest.fixture
def tube(outbreak: Connections) -> Connections:
    """The pool was read positive ten minutes ago."""
    from quell.ledger.record import record

    sampled = instant(now() - timedelta(hours=6))
    positive = now() - timedelta(minutes=10)
    record(
        [
            TubeSampled(subject=POOL, occurred=sampled, members=tuple(PEOPLE), pool_size=10, **WHERE),
            TubeResulted(subject=POOL, occurred=instant(positive), result="positive", ct=24.1, **WHERE),
        ],
        by="laboratory",
        now=positive,
    )
    return outbreak


@pytest.fixture
def signed_in(database: Connections) -> Callable[..., Client]:
    from django.contrib.auth.models import Group, User
    from django.test import Client

    def sign_in(name: str = "officer", *desks: str) -> Client:
        account, _ = User.objects.get_or_create(username=name)
        for desk in desks:
            account.groups.add(Group.objects.get_or_create(name=desk)[0])
        client = Client()
        client.force_login(account)
        return client

    return sign_in
