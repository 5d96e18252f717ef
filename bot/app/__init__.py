"""The only place where the parts meet: `house` puts them together, `life` runs them."""
