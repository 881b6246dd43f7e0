"""Dossiers of other systems, told by a file: read, checked, written by COPY, each with its entry in the ledger."""
