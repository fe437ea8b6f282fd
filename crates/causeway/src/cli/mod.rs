//! The command line.
//!
//! **What it is for.** One entry, [`main`]: reads the arguments, carries one command out, and
//! returns its exit status. Commands about a running server talk to its API
//! (`causeway_admin::Client`); `check`, `explain`, `completions` and `man` need no server.
//!
//! **What it promises.** Exit status 0 fine, 1 the answer is "no" or "failed", 2 usage or bad
//! input, 3 the server cannot be reached; errors are one line on stderr. `--json` prints one
//! document on stdout and nothing else there. Nothing is destroyed without a question on a
//! terminal or `--yes`. Bytes of remote senders reach a terminal only with their control and
//! direction-changing characters made harmless. A closed pipe ends a command silently.
//!
//! **In which order to read.** [`arguments`] (what can be said), [`context`] (what every command
//! has), [`output`] and [`words`] (what is printed), then the [`commands`].

pub(crate) mod arguments;
pub(crate) mod commands;
pub(crate) mod configuration;
mod context;
pub(crate) mod failure;
mod help;
pub(crate) mod here;
pub(crate) mod output;
mod usage;
mod when;
pub(crate) mod words;

use std::future::Future;
use std::process::ExitCode;

use clap::Parser;

use arguments::report::ReportCommand;
use arguments::{Arguments, Command};
use context::Context;
use failure::Failure;

/// What a command that went well says: fine, or "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Exit status 0.
    Fine,
    /// Exit status 1: it was asked, and the answer is "no" or "failed".
    No,
}

/// Reads the command line, carries it out, and returns the exit status.
pub(crate) fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) => usage::report(&error),
    }
}

fn run(arguments: Arguments) -> ExitCode {
    let context = match Context::new(arguments.common) {
        Ok(context) => context,
        Err(failure) => return failure.report(),
    };
    let answer = match arguments.command {
        Command::Serve(serve) => return run_server(serve, &context),
        Command::Demo(demo) => return run_demo(demo, &context),
        Command::Check => commands::check::run(&context),
        Command::Explain(explain) => commands::explain::run(&context, &explain),
        Command::Api(api) => commands::token::api(&api),
        Command::Report(ReportCommand::Preview(preview)) => {
            commands::preview::run(&context, &preview)
        }
        Command::Completions(completions) => commands::shell::completions(&completions),
        Command::Man(man) => commands::shell::man(&man),
        command => with_server(async { commands::online(command, &context).await }),
    };
    match answer {
        Ok(Answer::Fine) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(failure) => failure.report(),
    }
}

/// Runs a command that talks to a server: one thread is enough.
fn with_server(command: impl Future<Output = Result<Answer, Failure>>) -> Result<Answer, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(words::no_runtime(&error)))?;
    runtime.block_on(command)
}

fn run_server(_arguments: arguments::ServeArguments, context: &Context) -> ExitCode {
    let options = arguments::ServeOptions { config_directory: context.config_directory.clone() };
    with_network_threads(crate::serve::run(options))
}

fn run_demo(_arguments: arguments::DemoArguments, context: &Context) -> ExitCode {
    let options = arguments::DemoOptions { language: context.language, json: context.json };
    with_network_threads(crate::demo::run(options))
}

/// Half of the cores, at least one, carry the network's tasks: the store's writer, the kernel's share
/// and delivery into mailboxes have their own threads and want the rest. On two cores one thread
/// moves more mail than two, which would mostly wake each other (`benches/relay`).
fn network_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

fn with_network_threads(work: impl Future<Output = ExitCode>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(network_threads())
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Failure::failed(words::no_runtime(&error)).report(),
    }
}
