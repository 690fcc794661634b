"""A report at a body outside the town: telling it, its answers by link, reminders, and what does not get through."""
