"""Practice X: API v2 as tweepy sees it."""
