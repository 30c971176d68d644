"""Pure values, standard library only: what the rest of qgate passes around."""
