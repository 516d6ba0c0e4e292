"""The Dutch pages, and the one environment that renders them."""
