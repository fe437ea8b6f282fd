//! Causeway: the program. Command line and wiring; no mail logic lives here.
//!
//! [`cli`] reads the command line and carries the commands out; `serve` wires the rooms together
//! into the running server; `demo` runs a small world on loopback. Exit statuses: 0 fine, 1 the
//! answer is "no" or "failed", 2 usage or bad input, 3 the server cannot be reached.

mod cli;
mod connectivity;
mod demo;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
