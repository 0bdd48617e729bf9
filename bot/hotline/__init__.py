"""The 12345 hotline: the work order, whether it may go, how it goes out, what comes back."""
