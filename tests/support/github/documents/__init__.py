"""Documents of the API, written from the state."""
