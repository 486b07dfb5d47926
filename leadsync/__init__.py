"""leadsync: bring a spreadsheet of leads and a Noojee Contact dialer together."""

__version__ = "0.1.0"
