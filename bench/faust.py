"""Both steps delivered by Faust.

Run     python -m bench.faust [--households 2000] [--runs 3]
"""

from bench.workers import bench

BAR = 700

if __name__ == "__main__":
    raise SystemExit(bench("faust", BAR))
