"""Learning from the ledger: fitted and judged when somebody asks, and used only when somebody says so."""
