"""One file per question: `python -m benchmarks` lists them, `python -m benchmarks NAME --json` answers one."""
