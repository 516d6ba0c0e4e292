"""The synthetic municipality Waterrijk: invented people, their files in real formats, and a run over them."""
