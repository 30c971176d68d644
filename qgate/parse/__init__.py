"""Pure text to model, one format per module: no file, process or setting is touched here."""
