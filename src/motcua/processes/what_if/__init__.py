"""“What changes if”: a new day off, a moved limit, an absent officer, on the open dossiers, before anything is applied.

`change` says what is supposed, `columns` computes dues of many dossiers at once by the law clock, `answers` reads and compares.
Nothing here writes.
"""
