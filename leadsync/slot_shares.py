"""The values between a member of a dialer's slots on several machines and the database that keeps the count."""

from typing import NamedTuple


class SlotReport(NamedTuple):
    """The present state of a member, told at each renewal."""

    slots: int
    """The dialer's slots, as the member knows them; all members together use no more."""
    keeps: int
    """The slots that the member goes on using: from now on it stays within them until it is granted more."""
    wanted: int
    """The calls that it would make at once."""
    knows: int = 0
    """The measured number of the dialer's slots; 0: unknown."""
    rest_seconds: float = 2.0
    """The rest of its slots after the end of its lease, for calls left behind."""


class OtherMember(NamedTuple):
    """Another member, as of a renewal."""

    holder: str
    """Its process in words: `process 12 on office-b, since …`."""
    slots: int
    """Slots granted to it."""
    knows: int = 0
    """The dialer's slots as known to it; 0: unknown."""
    rests_seconds: float = 0.0
    """The time until the slots of a vanished member are free; 0: it is there."""


class SlotGrant(NamedTuple):
    """The answer to a renewal."""

    granted: int
    """Slots that the member may use until its lease ends."""
    target: int
    """Its fair share: with more slots in use it begins no call."""
    first_to_measure: bool = False
    """Whether no earlier member is about to measure the dialer's slots."""
    others: tuple[OtherMember, ...] = ()
    """The other members."""
