"""Pure rules: frozen values and functions; standard library only, no clock, no input or output."""
