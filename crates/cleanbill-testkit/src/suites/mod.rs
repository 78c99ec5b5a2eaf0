//! What every implementation of a port must pass, whatever it stands on.
//! Each suite knows the port's promise and nothing of the implementation.
