"""Reading a draft text from a Word file, in the child process."""
