"""What the trends show: rows chosen, told in sentences, each number with its receipt."""
