"""The engine: everything Baton does, without a word of HTTP."""
