"""Records of one file under standard names, cleaned."""
