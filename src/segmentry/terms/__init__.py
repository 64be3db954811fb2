"""The shared words as types: vocabularies, money and time, estimates and refusals, errors, table contracts.

Duty: one meaning per word, for every room. Pure: no database, no clock, no file. Inputs and outputs are plain values.
"""
