"""What leaves for programs outside the desk and what they may ask: webhooks, Open311, calendars, push."""
