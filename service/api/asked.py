"""The bodies of requests. Unknown keys are refused, texts are bounded, and names of patients have no place in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["1980-03-01"])]
Reason = Annotated[str, Field(min_length=3, max_length=2000, pattern=r"\S")]


class Strict(BaseModel):
    """Base of requests: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewPatient(Strict):
    """A patient to register. Without an id the service makes a pseudonym. Names have no place here."""

    id: Annotated[str | None, Field(pattern=ID)] = None
    birth_date: Day | None = None
    sex: Literal["female", "male", "other", "unknown", ""] = ""
    zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    site: Annotated[str, Field(max_length=40, description="Where you register at several sites: which of them.")] = ""


class NewEnrolment(Strict):
    """Put the patient on a pathway; `settings` replace its defaults."""

    pathway: Annotated[str, Field(max_length=80, examples=["inebilizumab"])]
    settings: dict[str, Any] = Field(default_factory=dict)


class NewFact(Strict):
    """One fact as a form gives it: `{"code": "igg", "value": "4.2 g/L"}` or with `effective`, qualifiers and attributes."""

    code: Annotated[str, Field(max_length=80, examples=["igg"])]
    value: Annotated[Any, Field(examples=["4.2 g/L", {"value": "62 kg", "effective": "2025-12-20"}])]
    source: Annotated[str, Field(max_length=300, description="The same source is never recorded twice.")] = ""


class NewFacts(Strict):
    """Facts to record, all or none."""

    facts: Annotated[list[NewFact], Field(min_length=1, max_length=500)]
    pathway: Annotated[str, Field(max_length=80, description="In whose words aliases are read.")] = ""


class Correction(Strict):
    """The new value of a recorded fact."""

    value: Any
    reason: Reason
    status: Literal["amended", "corrected"] = "amended"


class Retraction(Strict):
    """Why a fact was entered in error."""

    reason: Reason


class Cosigner(Strict):
    """A second person, who proves at the same screen who it is, in a role held at the patient's site."""

    role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=128)]
    code: Annotated[str, Field(max_length=20, description="Of the second factor, where the account has one.")] = ""


class Signing(Strict):
    """The acting person's signature: password or code anew, for exactly what the preview showed."""

    shown: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="`shown` of the preview that you signed.")]
    password: Annotated[str, Field(max_length=128)] = ""
    code: Annotated[str, Field(max_length=20, description="Of the second factor.")] = ""
    login: Annotated[str, Field(max_length=64, description="Your account, where a token sends this.")] = ""


class OverrideBlock(Strict):
    """Going past overridable blocks, on record; another person approves it."""

    reason: Annotated[str, Field(min_length=10, max_length=2000)]
    approved_by: Cosigner


class Considered(Strict):
    """The parameters for which an action is looked at."""

    parameters: dict[str, Any] = Field(default_factory=dict)


class Performed(Considered):
    """An action to do."""

    override: OverrideBlock | None = None
    second_person: Cosigner | None = None
    signature: Annotated[Signing | None, Field(description="For actions that take one (`signs`).")] = None


class Omission(Strict):
    """Why a task is not done."""

    reason: Reason


class Completion(Strict):
    """How a task was done, where no fact or action tells."""

    reason: Annotated[str, Field(max_length=2000)] = ""
