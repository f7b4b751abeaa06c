"""What the benchmark commands share: scoring, measuring, the machine, the registers."""
