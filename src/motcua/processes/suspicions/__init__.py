"""Signs worth an inspector's look, found in the ledger. A finding changes no dossier and accuses nobody."""
