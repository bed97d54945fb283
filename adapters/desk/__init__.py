"""The agent's socket (subprotocol ``rightsell.v1``): the decision stream out, the agent's feedback in."""
