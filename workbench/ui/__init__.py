"""The only place with Qt. One folder per tab, each with state, presenter and view."""
