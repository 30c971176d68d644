"""Whether those have approved a pull request whom the rules and the changed policy ask for."""
