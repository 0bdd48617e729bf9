"""Words on pictures: read by a program apart, which may die without harm; kept sealed; told to the conversation."""
