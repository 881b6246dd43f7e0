"""What would happen: a process or a whole agency run in working minutes before anything is changed. No clock of the wall.

`model` says what is run, `world` runs one replication of it with SimPy, `figures` counts, `compare` asks what one change
does, `history` reads an agency's own past as input.
"""
