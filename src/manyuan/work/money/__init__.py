"""Money to the fen: funds, a ledger, claims, approvals, account numbers, payment batches and what the bank said of them."""
