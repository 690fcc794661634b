"""What people without an account see: the form, and their own statement behind its secret link."""
