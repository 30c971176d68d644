"""CVSS 3 base scores, against those that FIRST and the advisory databases published."""

import pytest

from qgate.parse import cvss

# From FIRST's examples (https://www.first.org/cvss/v3.1/examples) and from advisories.
PUBLISHED = {
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4,  # CVE-2013-1937's kin: MySQL 2013-0375
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,  # CVE-2013-1937
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N": 3.1,  # CVE-2014-3566, SSLv3
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H": 9.9,  # CVE-2012-1516, VMware
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 7.5,  # CVE-2014-0160, Heartbleed
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,  # CVE-2014-6271, CVE-2020-14343
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N": 6.8,  # CVE-2008-1447, DNS
    "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 6.8,  # CVE-2009-0658's physical kin
    "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H": 7.8,  # CVE-2009-0658
    "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H": 9.3,  # CVE-2013-6014
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N": 8.6,  # CVE-2019-10906
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N": 6.1,  # CVE-2023-32681
    "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:N": 5.9,  # CVE-2023-43804, GitHub
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N": 8.1,  # CVE-2023-43804, NVD
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
}
HEARTBLEED = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


@pytest.mark.parametrize("vector", PUBLISHED)
def test_a_vector_scores_as_published(vector: str) -> None:
    assert cvss.base_score(vector) == PUBLISHED[vector]


def test_metrics_after_the_base_ones_change_nothing() -> None:
    assert cvss.base_score(f"{HEARTBLEED}/E:U/RL:O/RC:C") == 7.5


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "7.5",
        HEARTBLEED.removesuffix("/A:N"),
        HEARTBLEED.replace("AV:N", "AV:X"),
        HEARTBLEED.replace("S:U", "S:X"),
        HEARTBLEED.replace("3.1", "4.0"),
        HEARTBLEED + "/A:H",
        HEARTBLEED.replace("CVSS:3.1/", ""),
        HEARTBLEED + "/X:Y" * 1000,
    ],
)
def test_what_is_no_whole_version_3_vector_has_no_score(vector: str) -> None:
    assert cvss.base_score(vector) is None


@pytest.mark.parametrize(
    ("score", "word"),
    [(10.0, "critical"), (9.0, "critical"), (8.9, "high"), (7.0, "high"), (6.9, "moderate"),
     (4.0, "moderate"), (3.9, "low"), (0.1, "low"), (0.0, "low")],
)  # fmt: skip
def test_a_score_has_the_word_of_its_band(score: float, word: str) -> None:
    assert cvss.word(score) == word
