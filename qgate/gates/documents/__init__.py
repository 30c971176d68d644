"""The gate `documents`: the process documents stay true."""
