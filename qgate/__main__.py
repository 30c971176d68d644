"""`python -m qgate` is the `qgate` command."""

from qgate.cli.main import main

if __name__ == "__main__":
    main()
