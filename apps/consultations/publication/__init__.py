"""What a publication needs and leaves behind."""
