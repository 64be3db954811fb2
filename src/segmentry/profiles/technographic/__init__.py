"""The technographic basis: devices, stacks, use of the internet, adoption, skill.

Duty: what each party, person or organization, works with, how old that knowledge is, how and how much it uses web and
app, when it adopts what is new, and how skilled it is where that is told. Inputs: the canonical tables of technologies
and events, given traits of customers, contacts of organizations. Outputs: ``technographic_traits``,
``company_technographic_traits`` and ``technology_adoption``.
"""
