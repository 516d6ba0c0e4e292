"""Both steps natively delivered.

Run     python -m bench.native [--households 2000] [--runs 3]
"""

from bench.workers import bench

BAR = 2_000

if __name__ == "__main__":
    raise SystemExit(bench("native", BAR))
