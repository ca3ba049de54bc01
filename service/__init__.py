"""Everything that touches the outside: HTTP, pages, terminal, chores, settings. The only folder that knows all others."""
