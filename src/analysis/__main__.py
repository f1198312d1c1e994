"""`python -m analysis`, the same as `papertide`."""

from analysis.cli.main import main

if __name__ == "__main__":
    main()
