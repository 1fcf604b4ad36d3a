"""Policies from a drafted clause to money in the account: drafting, review, try-out, publication, screening, lists, answers, public notice, approval."""
