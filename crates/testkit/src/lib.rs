//! Peers and places for tests: DNS zones, certificate authorities, scripted SMTP servers, a virtual clock.
