"""Tests of the program around the core."""
