"""Suppression comments written into files, so that what is found today is silent and what comes later is not."""
