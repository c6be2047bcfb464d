"""Rules that a repository brings along as pages in `.archlint/rules`: what they may ask is data, nothing of it runs."""
