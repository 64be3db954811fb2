"""Segmentry: who are our customers, what is each group worth, what should we do for each, did it work?"""

__version__ = "0.1.0"
