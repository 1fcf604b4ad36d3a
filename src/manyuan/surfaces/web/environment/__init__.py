"""Pages of the measured environment: scorecards, what stands behind them, their publication and reports, the survey."""
