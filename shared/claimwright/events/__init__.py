"""Claim lifecycle events: what each service publishes, and what every event has."""

from claimwright.events.envelope import PLATFORM, EventData, Part, Purpose, Received, Value

__all__ = ["PLATFORM", "EventData", "Part", "Purpose", "Received", "Value"]
