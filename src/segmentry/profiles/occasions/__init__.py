"""Occasions: what customers buy for (Kotler & Keller's three kinds), told by when they order.

Universal occasions are events of the calendar that many share, personal ones return every year for one customer
(birthday, anniversary), rare ones happen once in a while (a wedding, a move, a child). In: ``customer_days``,
``purchase_history``, ``calendar``, ``customers`` with their given columns, ``geographic_traits``. Out:
``occasion_traits``.
"""
