"""Days, deadlines and calendars."""
