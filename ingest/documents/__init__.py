"""The office's own documents: files of any usual kind to passages that are cited by page, section or row."""
