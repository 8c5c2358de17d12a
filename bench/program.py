"""Runs the program for the scripts that train and evaluate."""
import subprocess
import sys


def call(*words):
    """The program's standard output; its progress goes to the terminal. If it fails, so does the script."""
    child = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if child.returncode:
        sys.exit(child.returncode if child.returncode > 0 else 1)
    return child.stdout
