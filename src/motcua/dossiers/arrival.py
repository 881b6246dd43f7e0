"""When papers that this desk takes for an agency elsewhere will be there: until they are signed for, the plan of the clock."""

from __future__ import annotations

import json
from datetime import datetime

from motcua.dossiers.terms import CATALOG_CHANNEL
from motcua.dossiers.writer import calendar_of
from motcua.law.clock import hand_over_due
from motcua.organizations.models import Agency, Desk
from motcua.organizations.queries import takes_for_elsewhere


def arrival(desk: Desk, agency: Agency, channel: str, at: datetime) -> datetime | None:
    """The receiving desk's forwarding limit. None where the clock starts at acceptance: at home, or without paper.

    An electronic dossier is in the competent agency's queue the moment it is accepted.
    """
    if CATALOG_CHANNEL[channel] == "online" or not takes_for_elsewhere(desk, agency):
        return None
    stored = agency.effective_calendar
    return max(at, hand_over_due(at, calendar_of(json.dumps(stored.data, sort_keys=True) if stored else None)))
