"""Segments as a language: who belongs, said exactly, read by people and machines alike.

Duty: hold definitions as one tree in three lossless notations (text, Python, JSON), check them against what is known
of customers, and say who belongs. Inputs: definitions and the tables that profiles and higher rooms publish.
Outputs: conditions as Ibis expressions, memberships, and definitions in words.
"""
