"""The desk where statements are read, cut into concerns and weighed."""
