"""The delivery pass as a chore: the part that is rung, with what `service.messages` has put together for this process."""

from __future__ import annotations

from service.messages import DeliveryResult
from service.wiring import Careway


def deliver_pass(careway: Careway) -> DeliveryResult:
    """Send what is to be sent, up to the pass's limit, and record the heartbeat. Raises `StoreBusy` and `CommitUnknown`."""
    if careway.messages is None:
        return DeliveryResult(careway.clock.now())
    return careway.messages.delivery.run()
