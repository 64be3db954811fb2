"""Maps of customers and segments: two axes with names, and how much they show.

Duty: draw the segments of one segmentation on a plane (two attributes, principal components or discriminants), rank
the pairs of attributes, and look for gaps where ideal points and offers are known. Inputs: memberships, traits, value,
growth. Outputs: points, segments, axes, pairs, gaps and the summary of the map.
"""
