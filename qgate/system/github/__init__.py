"""GitHub's REST API, as far as qgate asks it; the only door to PyGithub and requests.

Importing this package or `client` loads neither: they are loaded with the first request.
"""
