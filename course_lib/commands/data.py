"""`data`: the data sets of the course: which there are, fetching one, and checking what is here."""
