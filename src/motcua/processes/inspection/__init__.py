"""What inspectors, leaders and the reform office look at: shared words, numbers, scope."""
