"""At which site a patient is registered: where the person may register, named where that is several sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from engine.errors import Conflict
from service.accounts.access import Access
from service.accounts.guard import admitted
from service.accounts.identity import MAIN
from service.api.problems import Refusal


@dataclass(frozen=True, slots=True)
class Placing:
    """Finds the site of a new patient, and says so before the patient is registered: nobody elsewhere sees one in between."""

    access: Access
    sites: frozenset[str]

    def site(self, named: str) -> str:
        """The site meant. Raises Refusal: 403 for one at which the person may not register, 422 where several fit."""
        if named and named not in self.sites:
            remedy = f"You may register at {', '.join(sorted(self.sites))}."
            raise Refusal(403, "role_missing", "You may not register patients at this site.", remedy=remedy)
        if not named and len(self.sites) > 1:
            remedy = f"Name one as `site`: {', '.join(sorted(self.sites))}."
            raise Refusal(422, "site_ambiguous", "You may register patients at several sites.", remedy=remedy)
        return named or next(iter(self.sites))

    def settle(self, patient: str, site: str) -> None:
        """Let a patient of this id belong to the site. Raises Conflict where another site has one."""
        found = self.access.store.site_of(patient, MAIN)
        if found is None:
            with self.access.store.writing() as writing:
                writing.have_site(MAIN, "Main site")
                found = writing.place(patient, site)
        if found != site:
            raise Conflict("This id is taken.", place="id", remedy="Leave it out: the service makes one.")


def _placing(request: Request) -> Placing:
    access: Access = request.app.state.access
    found = admitted(request)
    return Placing(access, found.identity.sites(found.right))


Place = Annotated[Placing, Depends(_placing)]
"""Where a new patient goes, for a route."""
