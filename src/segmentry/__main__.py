"""``python -m segmentry`` is the command line."""

from segmentry.interfaces.cli import main

main()
