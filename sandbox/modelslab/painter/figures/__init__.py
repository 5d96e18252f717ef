"""Figures, cut like paper: each draws itself where a pen is put, and knows no place or light."""
