"""A collection as one file that can be kept, moved and read in again."""
