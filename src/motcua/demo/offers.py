"""Which real procedures the province's offices take in the demonstration, and how often. Facts of each come from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pick:
    """`kind` names the offices: `commune`, or the code of a department or of a vertical agency.

    `who`: `citizen`, `business` or `both`. `mark` stands in the result's number. `weight` is the share of dossiers.
    """

    code: str
    kind: str
    who: str
    mark: str
    weight: float


SAME_DAY = ("2.000815", "2.000884", "1.001193", "1.000656", "1.000894", "2.000635")
TWO_STAGES = {"1.009645": 12}
"""Code → working days of the first stage (appraisal); the rest is the province's decision."""

PICKS = (
    Pick("2.000815", "commune", "citizen", "CTBS", 15),
    Pick("2.000884", "commune", "citizen", "CTCK", 8),
    Pick("2.000635", "commune", "citizen", "TLHT", 8),
    Pick("1.001193", "commune", "citizen", "GKS", 7),
    Pick("1.000656", "commune", "citizen", "TLKT", 3),
    Pick("1.000894", "commune", "citizen", "GCNKH", 3),
    Pick("2.000908", "commune", "citizen", "BSSG", 4),
    # The catalogue states no plain limit for this one.
    Pick("1.004873", "commune", "citizen", "XNHN", 4),
    Pick("1.004837", "commune", "citizen", "TLGH", 1),
    Pick("1.004845", "commune", "citizen", "TLGH", 0.5),
    Pick("2.001255", "commune", "citizen", "GCNCN", 0.5),
    Pick("1.013225", "commune", "both", "GPXD", 3),
    Pick("1.013227", "commune", "both", "GPXD", 1.5),
    Pick("1.013228", "commune", "both", "GPXD", 1),
    Pick("1.002693", "commune", "both", "GPCX", 1),
    Pick("1.012888", "commune", "business", "QĐ-BQT", 0.5),
    Pick("1.003658", "commune", "business", "QĐ-BTN", 0.5),
    Pick("1.005280", "commune", "business", "ĐKHTX", 1),
    Pick("1.004901", "commune", "business", "ĐKHTX", 0.5),
    Pick("2.002637", "commune", "business", "ĐKTHT", 0.5),
    Pick("1.014159", "commune", "both", "TTQH", 1.5),
    Pick("1.013217", "H32.16", "citizen", "CCHN", 1.5),
    Pick("1.013222", "H32.16", "business", "GPNT", 0.5),
    Pick("1.012898", "H32.16", "citizen", "HĐ", 0.5),
    Pick("1.012884", "H32.16", "business", "TB", 0.5),
    Pick("1.012906", "H32.16", "citizen", "CCMG", 1),
    Pick("1.012907", "H32.16", "citizen", "CCMG", 0.5),
    Pick("1.008891", "H32.16", "citizen", "CCKT", 1),
    Pick("1.008989", "H32.16", "citizen", "CCKT", 0.5),
    Pick("1.008991", "H32.16", "citizen", "CCKT", 0.5),
    Pick("1.000703", "H32.16", "business", "GPKDVT", 2),
    Pick("1.001751", "H32.16", "business", "GPXTL", 1),
    Pick("1.000314", "H32.16", "business", "CTĐN", 0.5),
    Pick("1.000302", "H32.16", "business", "GPVTQT", 1),
    Pick("1.003930", "H32.16", "both", "ĐKPT", 0.7),
    Pick("1.004047", "H32.16", "both", "ĐKPT", 0.7),
    Pick("1.002010", "H32.15", "business", "ĐKHĐ", 0.5),
    Pick("1.000828", "H32.15", "citizen", "CCHNLS", 0.7),
    Pick("1.002055", "H32.15", "business", "ĐKHĐ", 0.5),
    Pick("1.013830", "H32.15", "citizen", "TCCV", 0.5),
    Pick("1.013835", "H32.15", "business", "ĐKHĐ", 0.4),
    Pick("1.000426", "H32.15", "citizen", "TVV", 0.4),
    Pick("2.001395", "H32.15", "business", "ĐKĐG", 0.4),
    Pick("2.001583", "H32.05", "business", "ĐKDN", 4),
    Pick("2.002043", "H32.05", "business", "ĐKDN", 2),
    Pick("2.001610", "H32.05", "business", "ĐKDN", 1),
    Pick("1.009645", "H32.05", "business", "QĐ-CTĐT", 0.8),
    Pick("1.009664", "H32.30", "business", "GCNĐT", 0.8),
    Pick("1.011441", "H32.14", "both", "ĐKBĐ", 4),
    Pick("1.011443", "H32.14", "both", "XĐKBĐ", 3),
    Pick("1.007042", "G12.18.56", "business", "TB-TN", 1),
    Pick("1.008498", "G12.18.56", "citizen", "MST", 3),
    Pick("1.007277", "G12.18.56", "both", "TB-LPTB", 3),
    Pick("1.008501", "G12.18.56", "both", "MST", 1),
    Pick("1.005458", "G12.20.41", "business", "HTK", 1),
    Pick("1.007660", "G12.20.41", "business", "DMMT", 0.7),
    Pick("1.007833", "G12.20.41", "business", "GTT", 0.7),
    Pick("1.003050", "G12.20.41", "business", "XNHT", 0.6),
)
