"""What clusters are about: noun phrases of abstracts, terms, headings, exemplar papers."""
