"""What the audit log calls what people do: one word each, `<what>.<how>`; pages translate them, nobody invents others."""

from enum import StrEnum


class Verb(StrEnum):
    """The verbs of deeds."""

    ACCOUNT_ADD = "account.add"
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_DISABLE = "account.disable"
    ACCOUNT_ENABLE = "account.enable"
    PASSWORD_SET = "password.set"  # noqa: S105  by an administrator: a new one-time password
    PASSWORD_CHANGE = "password.change"  # noqa: S105  by its owner
    PASSWORD_REFUSED = "password.refused"  # noqa: S105  the old one was wrong
    SESSION_START = "session.start"
    SESSION_REFUSED = "session.refused"  # wrong login or password
    SESSION_END = "session.end"  # signed out
    SESSION_REVOKE = "session.revoke"  # ended from a list
    TOKEN_ISSUE = "token.issue"  # noqa: S105
    TOKEN_REVOKE = "token.revoke"  # noqa: S105
    EXPORT = "data.export"  # data taken away as a file
    AUDIT_EXPORT = "audit.export"
    AUDIT_VERIFY = "audit.verify"
    CASE = "case.step"  # an alert signed for, shelved, closed
    SILENCE_ADD = "silence.add"  # notices of some cases held back for a while
    SILENCE_END = "silence.end"  # before its time
    NOTICE_TEST = "notice.test"  # a receiver is sent a test
    ORDER = "order.step"  # sent out, signed, answered, verified
    HANDOVER = "handover.step"  # a sheet ticked, written on, signed
    STAGE = "stage.set"  # the operating stage ordered by a person, or given back
    INCIDENT = "incident.step"  # taken down, graded, responded to, closed
    REPORT = "report.step"  # written, signed, confirmed, corrected
    INSTRUCTION = "instruction.step"  # given, taken in hand, carried out
    DAILY = "daily.step"  # put into the daily, ordered, checked, signed
    FILING = "filing.step"  # a department's form filled in, signed, corrected
    WALL = "wall.order"  # a wall told what to show
    SOURCE = "source.command"  # run, read again, tried, paused, resumed
    RESUBMIT = "source.resubmit"  # quarantined records put in again
    PUSH = "data.push"
