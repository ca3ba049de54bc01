"""Treatment pathways: the registry, and one folder of data for each."""
