"""HTTP: parse, call an action of the engine, show the answer or the refusal. Nothing is decided here."""
