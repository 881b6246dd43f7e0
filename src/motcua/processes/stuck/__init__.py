"""Dossiers that stand still without anybody having decided so: one definition a kind, other rooms add theirs."""
