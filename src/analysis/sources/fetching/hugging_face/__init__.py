"""The daily papers API of Hugging Face."""
