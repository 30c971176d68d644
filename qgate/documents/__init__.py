"""Process documents: their kinds, how they are made and changed, and what keeps them true."""
