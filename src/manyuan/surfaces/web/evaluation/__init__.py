"""The pages of the per-mu evaluation: runs, one run with all it stands on, an enterprise's own arithmetic, who is excused."""
