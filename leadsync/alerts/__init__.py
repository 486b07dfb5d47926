"""Messages to a person: which there are to send, what has been told already, and their way out. Apprise lives here."""

from leadsync.alerts.alert_store import AlertStore
from leadsync.alerts.alerts import AlertState, Message, RunResult, alert_for
from leadsync.alerts.delivery import deliver

__all__ = ["AlertState", "AlertStore", "Message", "RunResult", "alert_for", "deliver"]
