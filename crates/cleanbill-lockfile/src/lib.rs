//! Every JavaScript lockfile as one model.
