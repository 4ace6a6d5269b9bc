"""What can be done with listings; each module beside holds one part of it."""
