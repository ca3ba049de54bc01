"""A process that delivers until nothing is left, to be killed while it does: `python -m tests.messages.sender URL PORT TIME`."""

from __future__ import annotations

import sys
from datetime import datetime

from engine.clock import VirtualClock
from service.chores import deliver_pass
from service.ids import CountedIds
from service.wiring import build
from tests.messages.acting import alarm
from tests.messages.conftest import mail_settings


def main(url: str, port: str, moment: str) -> None:
    """Deliver everything that is to be delivered at a moment."""
    settings = mail_settings(url, int(port), worker_name=f"w{moment}")
    with build(
        settings, clock=VirtualClock(datetime.fromisoformat(moment)), registry=alarm(), ids=CountedIds()
    ) as careway:
        while deliver_pass(careway).counts:
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
