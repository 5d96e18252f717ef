"""The vendor: which models there are, what is said on the wire, and the bytes that carry it."""
