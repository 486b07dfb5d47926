"""The page: the work of a supervisor and a reviewer in a browser, over the same journal as the command line."""
