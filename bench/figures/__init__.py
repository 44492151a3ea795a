"""What is measured, a file for each kind; each has `measure(lab)`, which yields Figures."""
