"""Trees to the model: one reader for each way of declaring or packaging a function."""
