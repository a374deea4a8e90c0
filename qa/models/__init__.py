"""Language models behind one protocol: local, remote, scripted; `opening` picks the one that the settings name."""
