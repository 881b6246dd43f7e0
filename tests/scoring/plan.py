"""October of a small province, told by another system's file: every number below is counted by hand from these lines."""

from __future__ import annotations

from pathlib import Path

from tests.province import Province, build_province, later

from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.statistics.services import catch_up, refresh

NOW = later(days=30)

_COLUMNS = (
    "code,procedure,agency,level,applicant_kind,channel,service_level,accepted_at,due_at,resolved_at,ended_at,outcome,"
    "supplement_rounds,obligation_vnd,payment_channel,digitised_input,digitised_result,electronic_result,result_paper_due,"
    "reused_paper,population_db_used,vneid_authenticated,portal_synced,rating"
)
_T, _F = "true", "false"
_LINES = f"""
D01,P1,H32.16,,citizen,online,full,2026-10-01T08:00,2026-10-06T08:00,2026-10-05T08:00,,resolved,0,100000,online,{_T},{_T},{_T},{_T},{_T},{_T},,{_T},5
D02,P1,H32.16,,citizen,counter,full,2026-10-01T08:00,2026-10-06T08:00,2026-10-06T08:00,,resolved,0,100000,cash,{_T},{_F},{_T},{_T},{_F},,{_T},{_T},
D03,P1,H32.16,,citizen,online,full,2026-10-01T08:00,2026-10-06T08:00,2026-10-07T08:00,,resolved,0,100000,,{_F},,{_F},{_T},{_F},{_F},{_F},{_T},
D04,P2,H32.16,,citizen,online,partial,2026-10-15T08:00,2026-10-20T08:00,,,open,0,0,,,,,,{_F},{_F},,{_T},
D05,P2,H32.16,,citizen,counter,partial,2026-10-30T08:00,2026-11-05T08:00,,,open,0,,,,,,,{_F},{_F},{_F},{_T},
D06,P2,H32.16,,citizen,online,partial,2026-10-01T08:00,2026-10-26T08:00,2026-10-23T08:00,,resolved,2,0,,{_T},{_T},,{_F},{_F},{_F},{_F},{_F},
D07,P3,H32.16,,business,counter,information,2026-10-01T08:00,2026-10-26T08:00,2026-10-23T08:00,,resolved,,0,,{_T},,,{_T},{_F},,,{_F},
D08,P3,H32.16,,business,counter,information,2026-10-01T08:00,2026-10-26T08:00,,2026-10-12T08:00,withdrawn,0,0,,,,,,{_F},,,{_F},
D09,P1,H32.101,,,online,full,2026-10-01T08:00,2026-10-26T08:00,2026-10-23T08:00,,resolved,0,0,,,,,,{_F},,,,1
D10,P1,HQ01,vertical,citizen,online,full,2026-10-01T08:00,2026-10-26T08:00,2026-10-23T08:00,,resolved,0,0,,,,,,{_F},,,{_T},5
D11,P1,H32.16,,citizen,online,full,2026-09-30T08:00,2026-10-06T08:00,,,open,0,100000,online,,,,,{_F},,,{_T},
D12,P1,H32.16,,citizen,online,full,,,,2026-10-06T08:00,refused,0,,,,,,,,,,{_T},
"""


def october(folder: Path) -> Province:
    """The lines above, loaded and folded into facts. Needs real commits."""
    province = build_province()
    path = folder / "october.csv"
    path.write_text(_COLUMNS + _LINES)
    report = import_dossiers(path, mapping=FileMapping(), at=later(days=20))
    assert (report.new, report.refused) == (12, 0), report
    refresh(NOW)
    catch_up()
    return province
