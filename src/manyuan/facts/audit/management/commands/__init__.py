"""Django commands of the audit app."""
