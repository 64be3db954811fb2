"""The guided study: from an objective to segments that may be believed, step by step.

Duty: which data an objective needs, what is there and what gaps cost; which bases and methods to use; assumptions and
their tests; what each basis adds; where a definition leans on one basis; versions side by side; the gates of the ten
steps. Inputs: plain rows, arrays and Ibis tables; outputs: rows, plain values and Ibis expressions. Effects are in
`segmentry.discovery.run_guide`.
"""
