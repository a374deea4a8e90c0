"""What `python -m api doctor` looks at, one file for each kind of thing."""
