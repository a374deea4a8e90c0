"""Answers questions: retrieved passages become verbatim quotes, verified claims, or a reasoned refusal."""
