"""Measures over many enterprises or parks, as plain functions on plain values."""

from manyuan.engines.analytics.at_least import at_least, chance_above, distribution
from manyuan.engines.analytics.control import Chart, Point, individuals, p_chart
from manyuan.engines.analytics.five_rates import LESS_IS_BETTER, RATES, Counts, FiveRates, Outcome, count, five_rates
from manyuan.engines.analytics.per_mu import Grades, Item, Score, base_value_scores, grades, min_max_scores
from manyuan.engines.analytics.ranking import Place, ranked
from manyuan.engines.analytics.rates import Interval, Rate, wilson
from manyuan.engines.analytics.scorecard import PILLARS, Earned, Pillar, Scorecard, scored
from manyuan.engines.analytics.scorecard import Item as ScoreItem
from manyuan.engines.analytics.structure import krugman, location_quotients, similarity

__all__ = [
    "LESS_IS_BETTER",
    "PILLARS",
    "RATES",
    "Chart",
    "Counts",
    "Earned",
    "FiveRates",
    "Grades",
    "Interval",
    "Item",
    "Outcome",
    "Pillar",
    "Place",
    "Point",
    "Rate",
    "Score",
    "ScoreItem",
    "Scorecard",
    "at_least",
    "base_value_scores",
    "chance_above",
    "count",
    "distribution",
    "five_rates",
    "grades",
    "individuals",
    "krugman",
    "location_quotients",
    "min_max_scores",
    "p_chart",
    "ranked",
    "scored",
    "similarity",
    "wilson",
]
