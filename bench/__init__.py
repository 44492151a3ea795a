"""What hamr costs, as multiples of a floor measured in the same run."""
