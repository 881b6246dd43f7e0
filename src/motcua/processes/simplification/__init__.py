"""What a decision makes easier than the catalogue demands: promised limits, papers, forms and steps that fall away."""
