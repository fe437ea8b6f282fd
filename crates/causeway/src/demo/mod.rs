//! `causeway demo`: a small world of mail servers on loopback.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::arguments::DemoOptions;

/// Says that this build has no demo.
pub(crate) async fn run(options: DemoOptions) -> ExitCode {
    let _ = (options.language, options.json);
    let _ = writeln!(std::io::stderr().lock(), "causeway: this build has no demo");
    ExitCode::FAILURE
}
