"""What you pay for: prices, orders, charges, the conversation with Stripe."""
