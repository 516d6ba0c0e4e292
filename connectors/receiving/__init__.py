"""Ways in beside the drop folder: HTTPS push, SFTP and polling. Each ends in that folder: one loop takes all in."""
