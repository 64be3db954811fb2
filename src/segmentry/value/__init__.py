"""What customers and segments are worth.

Duty: learn how customers buy and spend, say whether that may be trusted, and value every customer and segment with
intervals. Inputs: purchase history, order lines, activities, segment members. Outputs: customer value, segment value,
curves, tracking, the summary of the base.
"""
