"""Reading a surveyor's file, in the child process."""
