"""A practice dialer with the documentation's own example lead, served over loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from leadsync.simulator import PracticeDialer, PracticeServer

API = "/servicemanager/rest/CampaignAPI/"
QUERY = "fTemplateId=41&fCampaignId=41&fAllocationId=38&njExternalLeadId=9856&apiKey=practice"
BODY = (
    '{"Name":"Jane Smith","StreetAddress":"Suite 8/10 Hoddle St","City":"Abbotsford","State":"Vic",'
    '"PostCode":"3064","FirstPhone":"0383218199","SecondPhone":"<No Change>","njDisposition":"Sale"}'
)
LEADS = {
    "9856": {"FirstPhone": "0383210000", "SecondPhone": "0383210001", "njDisposition": "No Answer"},
    "never dialed": {"FirstPhone": "0383210002"},
    "other": {"FirstPhone": "0383219999", "njDisposition": "Sale"},
}


class Site:
    """A served dialer and a plain HTTP client for it."""

    def __init__(self, dialer: PracticeDialer, server: PracticeServer, client: httpx.Client) -> None:
        self.dialer, self.server, self.client = dialer, server, client

    def post(self, call: str = "updateLeadFast", query: str = QUERY, body: str = BODY) -> httpx.Response:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return self.client.post(f"{API}{call}?{query}", content=body.encode(), headers=headers)

    def restore(self) -> None:
        """Puts the leads back as they were, and forgets what happened since."""
        fresh = PracticeDialer(leads=LEADS)
        self.dialer.campaign.leads = fresh.campaign.leads
        self.dialer.campaign._holders = fresh.campaign._holders
        self.dialer.answer_shape = fresh.answer_shape
        self.dialer.faults.clear()
        self.dialer.ledger.received.clear()
        self.dialer.ledger.applications.clear()
        self.client.timeout = httpx.Timeout(5)

    @property
    def applied(self) -> list[str]:
        return [entry.lead for entry in self.dialer.ledger.applications]


OpenSite = Callable[..., Site]
"""Serves a dialer with these settings."""


@pytest.fixture
def open_site() -> Iterator[OpenSite]:
    """Serves a dialer without the 100 ms floor and closes it after the test."""
    with ExitStack() as stack:

        def start(**settings: object) -> Site:
            dialer = PracticeDialer(**{"floor_seconds": 0, "leads": LEADS, **settings})  # type: ignore[arg-type]
            server = stack.enter_context(PracticeServer(dialer))
            client = stack.enter_context(httpx.Client(base_url=server.url, trust_env=False, timeout=5, verify=False))
            return Site(dialer, server, client)

        yield start


@pytest.fixture(scope="module")
def _shared_site() -> Iterator[Site]:
    dialer = PracticeDialer(floor_seconds=0, dnc=["0383217777"])
    with PracticeServer(dialer) as server, httpx.Client(base_url=server.url, trust_env=False, verify=False) as client:
        yield Site(dialer, server, client)


@pytest.fixture
def site(_shared_site: Site) -> Site:
    """A dialer as new; one server stands behind a module's tests, for speed."""
    _shared_site.restore()
    return _shared_site
