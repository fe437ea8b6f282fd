//! The commands, one module for each group.

mod access;
pub(crate) mod alert;
mod change;
pub(super) mod check;
mod clients;
mod connectivity;
mod connector;
mod edit;
pub(super) mod explain;
mod firewall;
mod fix;
mod flow;
mod hybrid;
mod mailbox;
mod message;
mod password;
pub(super) mod preview;
mod queue;
mod report;
mod returned;
mod service;
pub(super) mod shell;
mod source;
pub(super) mod token;
mod trace;

use super::Answer;
use super::arguments::Command;
use super::context::Context;
use super::failure::Failure;

/// Carries out a command that talks to the server.
pub(super) async fn online(command: Command, context: &Context) -> Result<Answer, Failure> {
    match command {
        Command::Plan(arguments) => Box::pin(change::plan(arguments, context)).await,
        Command::Apply(arguments) => Box::pin(change::apply(arguments, context)).await,
        Command::History(arguments) => Box::pin(change::history(arguments, context)).await,
        Command::Revert(arguments) => Box::pin(change::revert(arguments, context)).await,
        Command::Queue(command) => Box::pin(queue::run(command, context)).await,
        Command::Trace(arguments) => Box::pin(trace::run(arguments, context)).await,
        Command::Mailbox(command) => Box::pin(mailbox::run(command, context)).await,
        Command::Domain(command) => Box::pin(flow::domain(command, context)).await,
        Command::Connector(command) => Box::pin(connector::run(command, context)).await,
        Command::Hybrid(command) => Box::pin(hybrid::run(command, context)).await,
        Command::Route(command) => flow::route(command, context).await,
        Command::Relay(command) => flow::relay(command, context).await,
        Command::Login(command) => access::login(command, context).await,
        Command::Token(command) => Box::pin(token::run(command, context)).await,
        Command::Alert(command) => alert::run(command, context).await,
        Command::Fix(command) => Box::pin(fix::run(command, context)).await,
        Command::Test(command) => Box::pin(connectivity::run(command, context)).await,
        Command::Dkim(command) => Box::pin(report::dkim(command, context)).await,
        Command::Report(command) => report::run(&command, context).await,
        Command::Audit => service::audit(context).await,
        Command::Health => service::health(context).await,
        // Answered by the caller, without a server.
        Command::Serve(_)
        | Command::Demo(_)
        | Command::Check
        | Command::Explain(_)
        | Command::Completions(_)
        | Command::Api(_)
        | Command::Man(_) => Ok(Answer::Fine),
    }
}
