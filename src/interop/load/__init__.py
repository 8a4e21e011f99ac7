"""Files to model: descriptors, configurations, journals and matrices, each mistake with file and line."""
