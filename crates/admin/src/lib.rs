//! The HTTP API over which every command talks to the server.
