"""Environment: the business environment, measured: scorecards, surveys, reports."""
