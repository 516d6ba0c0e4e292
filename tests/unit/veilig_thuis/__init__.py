"""Hand-overs by Veilig Thuis."""
