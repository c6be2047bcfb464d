"""What each function needs, three-valued and with its evidence."""
