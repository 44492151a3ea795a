"""The version of hamr."""

VERSION = "0.1.0"
