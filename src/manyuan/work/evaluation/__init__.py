"""Evaluation: output per mu: runs, published grades, objections."""
