"""Every effect: processes, git, files, the CI environment, packaged resources."""
