"""Manners of painting: each makes a finished picture look otherwise and changes no subject."""
