"""Cases: whatever has an owner, a state, clocks and a trail; its kinds come from the pack."""
