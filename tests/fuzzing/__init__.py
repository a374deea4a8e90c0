"""Readers fed with bytes that a fuzzer bends until something new happens."""
