//! JavaScript read as an attacker would be read.
