"""What earlier scans found, as long as the files that it rests on stay as they are."""
