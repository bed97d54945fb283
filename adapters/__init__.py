"""The world: command line, sockets, files and the agent's page. The only package that does I/O."""
