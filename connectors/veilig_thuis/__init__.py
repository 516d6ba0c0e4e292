"""Hand-overs by Veilig Thuis to a wijkteam: that there is one, about whom and by when; never what or by whom."""
