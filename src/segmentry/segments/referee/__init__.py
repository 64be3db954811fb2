"""The referee: a brute-force interpreter in plain Python over raw rows, against which others are judged.

It shares the tree with the compiler and nothing else: windows, zones, ranks and sequences are worked out here anew.
"""

from segmentry.segments.referee.judge import World, judge

__all__ = ["World", "judge"]
