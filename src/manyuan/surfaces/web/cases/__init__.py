"""Pages of cases and demands: the worklist, one case with all its clocks, filing, rates, common problems, and the open page behind a park's code."""
