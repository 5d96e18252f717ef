"""Tells the addresses of this machine from all others, which the stand-in leaves alone."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_here(address: str) -> bool:
    """Whether an address names this machine's loopback. No name but localhost is looked up."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def path_of(address: str) -> str:
    """The path of an address, empty where it has none or is broken."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
