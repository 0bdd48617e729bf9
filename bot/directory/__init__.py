"""The directory of units: what a row must be, when a number is trusted, who fits a ticket, sheets in and out."""
