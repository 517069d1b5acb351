"""The batch grid: prompt versions x models x settings, each answering every row of a data set."""
