"""Messages: their layouts, rendering and channels. Given a layout and variables; knows no pathway, no patient, no database."""

from notifications.catalogue import Catalogue, Rendered, load_catalogue
from notifications.declaring import LANGUAGES, Declaration
from notifications.faults import Fault, TemplateFault

__all__ = ["LANGUAGES", "Catalogue", "Declaration", "Fault", "Rendered", "TemplateFault", "load_catalogue"]
