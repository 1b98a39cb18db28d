"""The revisions, each leading from the one before it to the next state of the tables."""
