//! What a registry and an npm client say, as values and defects.
