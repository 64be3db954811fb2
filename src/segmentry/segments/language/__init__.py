"""The notations of the tree: text, Python operators and JSON, lossless both ways, and words for screens."""
