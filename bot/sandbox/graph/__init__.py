"""Practice Facebook: the part of the Graph API that a Page's own app uses."""
