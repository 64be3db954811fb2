"""What to do for each segment, and what not, every line pointing at the figures that support it.

Duty: turn what is known of a segment into objective, value proposition, service model, marketing mix and moves by user
status. Inputs: segments, their value, growth, priority, proof and traits. Outputs: strategies and their lines.
"""
