"""Questions to documents of an office: does the answer say what the document says, and cite the page or row?"""
