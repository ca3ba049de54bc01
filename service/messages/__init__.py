"""Messages on their way: from what the engine requested to letters, and from letters to the people they are for.

`posting` makes letters within the deciding transaction, `delivering` sends them afterwards; what a message says in
which layout is in `telling`, who gets it in `directory`, which ways out there are in `channels`.
"""

from service.messages.building import Messages, build_messages
from service.messages.delivering import DELIVERY, DeliveryResult
from service.messages.directory import Directory, Recipient, SettingsDirectory
from service.messages.errors import InvalidTemplate

__all__ = [
    "DELIVERY",
    "DeliveryResult",
    "Directory",
    "InvalidTemplate",
    "Messages",
    "Recipient",
    "SettingsDirectory",
    "build_messages",
]
