"""Segmentations of the base: laid down by rules now, found in data next.

Duty: split the buyers into segments, each customer in exactly one, and describe every segment in words. Inputs:
purchase history and traits. Outputs: scores, memberships, described segments.
"""
