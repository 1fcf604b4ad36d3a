"""The pages of applications: documents handed in, assessors asked, marks, the result."""
