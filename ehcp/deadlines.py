"""Every statutory clock of needs assessments, plans, reviews and appeals. No Django: dates in, dates out."""
