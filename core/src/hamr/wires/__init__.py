"""The wires that two or more providers speak, a folder each."""
