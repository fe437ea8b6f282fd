//! Writing reports about our own mail: failed, delayed, delivered, relayed, expanded.
