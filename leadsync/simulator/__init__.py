"""The practice dialer: Noojee Contact's CampaignAPI as documented, limits and faults included.

For `leadsync simulate`, `leadsync demo`, the tests and users' rehearsals. It judges requests by the documentation,
never by leadsync's own code, and imports the base layer alone.
"""

from leadsync.simulator.answers import AnswerShape
from leadsync.simulator.app import create_app
from leadsync.simulator.dialer import PracticeDialer
from leadsync.simulator.faults import FaultKind, FaultRule, Page, load_rules
from leadsync.simulator.server import PracticeServer, serve

__all__ = [
    "AnswerShape",
    "FaultKind",
    "FaultRule",
    "Page",
    "PracticeDialer",
    "PracticeServer",
    "create_app",
    "load_rules",
    "serve",
]
