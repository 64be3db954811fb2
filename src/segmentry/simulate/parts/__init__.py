"""The further parts of a simulated company: who its people are, what they said, did and use, and whom it sells to.

Duty: beside orders, every kind of data a company may have, each drawn from a stated process. In: a `Ground` (the world
and its people). Out: one `Part` for each name in `spec.PARTS`: files as other programs export them, and the truth of
each as tables.
"""
