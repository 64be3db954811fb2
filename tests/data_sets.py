"""Says which real data sets are missing, and fails if any is; run by ``make test-real``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NEEDED = (
    "online_retail/online_retail_II.parquet",
    "cdnow/CDNOW_master.txt",
    "cdnow/CDNOW_sample.txt",
    "complete_journey/transactions_sample.parquet",
    "complete_journey/products.parquet",
    "complete_journey/demographics.parquet",
)


def missing(folder: Path) -> list[str]:
    """The needed files that are not in ``folder``."""
    return [name for name in NEEDED if not (folder / name).is_file()]


if __name__ == "__main__":
    told = os.environ.get("SEGMENTRY_DATA")
    if not told:
        sys.exit("SEGMENTRY_DATA is not set: name the folder of the real data sets")
    lacking = missing(Path(told))
    if lacking:
        sys.exit(f"missing in {told}: {', '.join(lacking)}")
