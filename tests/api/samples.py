"""A frame of three leads, the last with a phone number that is none."""

import pandas as pd

from leadsync.simulator import PracticeDialer

COLUMNS = ["Lead Id", "FirstPhone", "Outcome", "Callback"]

FRAME = pd.DataFrame(
    {
        "Lead Id": ["1", "2", "3"],
        "FirstPhone": [383218101, 383218102, 12],
        "Outcome": ["Sale", "No Answer", "Sale"],
        "Callback": ["24/12/2026 14:30", None, "25/12/2026 09:00"],
    },
    index=["a", "b", "c"],
)


def received(dialer: PracticeDialer) -> dict[str, dict[str, str]]:
    """The body of each lead's last request."""
    return {str(call.lead): dict(call.fields) for call in dialer.ledger.received}
