"""Small classes with behaviour that stand in for engines."""
