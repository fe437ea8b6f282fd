//! DNS, TLS and dialing: the network, with reasons.
