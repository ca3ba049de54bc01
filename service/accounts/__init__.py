"""Who may come in and what each may do: people, accounts, roles at sites, sessions, tokens, signatures."""
