"""What the tests of the inspection share: the common province with those who inspect it."""

from __future__ import annotations

from tests.province import Province, build_province

from motcua.organizations.models import Role


def build_inspected() -> Province:
    province = build_province()
    for name, role, agency in (
        ("inspector", Role.INSPECTOR, province.root),
        ("reform", Role.REFORM_OFFICER, province.department),
        ("commune_inspector", Role.INSPECTOR, province.commune),
        ("commune_leader", Role.LEADER, province.commune),
    ):
        province.hire(name, name, agency, {role: agency})
    return province
