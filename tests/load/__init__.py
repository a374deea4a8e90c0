"""Measures the service under load. Commands, not tests: `python -m tests.load.overhead`, and locust with `clients.py`."""
