"""Dossiers that have been open for far too long, why, and who clears them."""
