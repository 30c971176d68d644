"""`python -m qgate` is the `qgate` command."""

from qgate.cli.entry import main

if __name__ == "__main__":
    main()
