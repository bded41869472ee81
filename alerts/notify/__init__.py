"""How notices leave the house: one module a kind. To add one: a spec and a sender here, its lines in SPECS, sender_of and RETRIES."""

from alerts.notify.chat import Chat, ChatReceiver
from alerts.notify.mail import Mail, MailReceiver
from alerts.notify.sender import Means, Sender
from alerts.notify.webhook import Webhook, WebhookReceiver
from domain.errors import NotifyError
from domain.receiver import Receiver

__all__ = ["SPECS", "ChatReceiver", "MailReceiver", "Means", "Sender", "WebhookReceiver", "sender_of"]

SPECS: dict[str, type[Receiver]] = {"webhook": WebhookReceiver, "email": MailReceiver, "apprise": ChatReceiver}


def sender_of(receiver: Receiver, means: Means) -> Sender:
    """What sends to a receiver; NotifyError when its kind sends nothing."""
    match receiver:
        case WebhookReceiver():
            return Webhook(receiver, means)
        case MailReceiver():
            return Mail(receiver, means)
        case ChatReceiver():
            return Chat(receiver, means)
    raise NotifyError(f"nothing sends to a receiver of kind {receiver.kind}", permanent=True)
