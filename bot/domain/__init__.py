"""What Limner thinks: frozen values and pure decisions. No await, no clock, no I/O."""
