"""What `make_samples.py` is made of: written documents, their file formats, and the rows of the two samples."""
