"""What the parts of a policy are made of: checked numbers and rules."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from offers.rules import Rule, RuleError, compile_rule

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Feeling = Annotated[float, Field(ge=-1.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0)]
Points = Annotated[float, Field(ge=-100.0, le=1000.0)]
Days = Annotated[float, Field(gt=0.0)]


def _rule(value: object) -> Rule:
    if not isinstance(value, str):
        raise ValueError("must be a rule in quotes, such as 'customer.tenure_months >= 24'")
    try:
        return compile_rule(value)
    except RuleError as error:
        raise ValueError(f"malformed rule, column {error.column}: {error}") from None


class Section(BaseModel):
    """A part of the policy; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


RuleField = Annotated[Rule, PlainValidator(_rule)]
"""A rule in CEL, as in the catalog."""
