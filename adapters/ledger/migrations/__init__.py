"""How a ledger is brought to its newest form."""
