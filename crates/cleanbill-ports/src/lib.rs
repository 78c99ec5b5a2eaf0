//! The abilities the engine asks of the world.
