"""Messages to a person: the choice of news, the store of earlier alerts, and delivery. Apprise lives here."""

from leadsync.alerts.alert_store import AlertStore
from leadsync.alerts.alerts import AlertState, Message, RunResult, alert_for
from leadsync.alerts.delivery import deliver

__all__ = ["AlertState", "AlertStore", "Message", "RunResult", "alert_for", "deliver"]
