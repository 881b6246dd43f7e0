"""How likely an open dossier ends late, learnt from the past of its own agency, and why, in words.

`rows` holds what is known of a dossier at a moment and the features made of it, `past` and `present` read such rows from the
records, `learn` fits and judges, `training` keeps a version with its proof, `queries` answers for open dossiers.
"""
