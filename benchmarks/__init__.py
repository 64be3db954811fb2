"""Benchmarks: each goal is a ratio against a named alternative that runs in the same minutes on the same machine."""
