// Only there to have the header compiled.
