"""How values are written and drawn on every face: pure functions from facts to words and to what a template prints."""
