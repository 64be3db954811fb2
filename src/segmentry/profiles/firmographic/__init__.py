"""The firmographic basis: what an organization is.

Duty: industry by code and version, size class of the group, age, ownership, structure, performance, seat. Inputs: the
canonical table of organizations, the groups and the spellings that accounts published. Outputs: ``firmographic_traits``
and ``firmographic_findings``.
"""
