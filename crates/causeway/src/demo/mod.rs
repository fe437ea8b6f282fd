//! `causeway demo`: a small world of mail servers on loopback, and what becomes of a dozen messages in
//! it.
//!
//! The world is made of real parts: this very program runs as the organization's server, as a
//! healthy partner and as a partner whose certificate has expired; a fourth address refuses
//! connections, and a name server knows none of the names it is asked for. Real mail goes through
//! over real SMTP. Only the queue's times are scaled down: hours become seconds.
//!
//! Everything lives in one temporary directory and on free ports of 127.0.0.1, needs no privileges, and
//! is gone when the demo ends, however it ends.

mod letters;
mod nameless;
mod show;
mod world;

use std::process::ExitCode;

use crate::cli::arguments::DemoOptions;
use crate::cli::failure::say;

/// Why the demo could not go on.
#[derive(Debug)]
pub(crate) struct Trouble(String);

impl Trouble {
    fn new(what: &str, error: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

/// Builds the world, sends the mail, waits until everything has ended, and shows what became of it.
pub(crate) async fn run(options: DemoOptions) -> ExitCode {
    causeway_net::tls::install_crypto_provider();
    let outcome = tokio::select! {
        outcome = perform(&options) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Trouble("interrupted; the small world is gone".into())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads the output any more.
        Err(Trouble(line)) if line.is_empty() => ExitCode::SUCCESS,
        Err(Trouble(line)) => {
            say(&format!("the demo could not go on: {line}"));
            ExitCode::FAILURE
        }
    }
}

async fn perform(options: &DemoOptions) -> Result<(), Trouble> {
    let mut show = show::Show::new(options.json, options.language);
    show.introduction()?;
    let mut world = world::World::build(options.language).await?;
    show.servers(&world)?;
    let sent = letters::send_all(&world).await?;
    show.sending(&sent)?;
    let ended = world.wait_until_all_has_ended(|waiting| show.progress(waiting)).await?;
    let audit = world.audit().await?;
    let report = world.telling_report();
    let alert = world.telling_alert(options.language).await?;
    world.end().await;
    show.results(&sent, &ended, &audit, (report.as_deref(), alert.as_ref()))
}
