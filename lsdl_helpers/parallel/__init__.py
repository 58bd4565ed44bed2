"""Many processes on one problem: a folder for each way to share the work."""
