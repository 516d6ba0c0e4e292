"""What persons stated about the use of their own data, as the municipality's register writes it down."""
