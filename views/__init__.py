"""What people see: the command line and the pages of the chat."""
