"""Messages to a person: which there are to send, what has been told already, and their way out. Apprise lives here."""

from leadsync.notify.memory import Memory
from leadsync.notify.news import Ending, Known, Message, news
from leadsync.notify.posting import post

__all__ = ["Ending", "Known", "Memory", "Message", "news", "post"]
