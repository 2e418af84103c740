"""Speech synthesis: text in, samples out."""
