"""The check of a claim before it is sent: its lines as they are read, what the library says of them, what is found."""
