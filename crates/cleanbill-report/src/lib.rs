//! A verdict in words, for people and programs.
