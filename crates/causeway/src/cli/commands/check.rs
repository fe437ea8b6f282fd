//! `causeway check`: both files, without a server.

use std::io::Write;
use std::sync::Arc;

use causeway_admin::types::ProblemView;
use causeway_catalog::sentence::Sentence;
use causeway_model::config::{Machine, MailFlow, Places, Problem, Severity, StoreUrl};
use causeway_model::{Said, said};
use causeway_net::clock::Clock;
use causeway_net::tls::client::ClientTls;
use causeway_net::tls::server::ServerTls;
use causeway_policy::MailPolicy;
use serde::Serialize;

use super::super::Answer;
use super::super::configuration;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::here;
use super::super::words;

/// `check --json`.
#[derive(Serialize)]
struct Document {
    /// No errors; there may be warnings.
    valid: bool,
    problems: Vec<ProblemView>,
}

/// Checks the files of `--config`. Problems go to stderr, one a line; with errors the exit status
/// is 2.
pub(in super::super) fn run(context: &Context) -> Result<Answer, Failure> {
    let found = find(context);
    let errors =
        found.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let mut output = context.output();
    if output.is_json() {
        let of = |problem| ProblemView::from(problem).speak(context.language);
        let problems = found.problems.iter().map(of).collect();
        output.json(&Document { valid: errors == 0, problems })?;
    } else {
        let mut stderr = std::io::stderr().lock();
        for problem in &found.problems {
            let line = Sentence::from(problem).speak(context.language);
            let _ = writeln!(stderr, "{}", words::harmless(&line, 2000));
        }
        drop(stderr);
        if errors == 0 {
            output.line(&summary(&found, context))?;
            output.flush()?;
        }
    }
    if errors == 0 {
        return Ok(Answer::Fine);
    }
    let directory = context.config_directory.display().to_string();
    let named = [("count", (errors as u64).into()), ("directory", directory.into())];
    Err(Failure::bad_input(context.words().say("cli-check-errors", &named)))
}

struct Found {
    problems: Vec<Problem>,
    /// Whether the files are there: `causeway.toml`, `mailflow.toml`.
    files: [bool; 2],
}

/// Reads both files; whatever can be read of them is asked whether it makes sense together.
fn find(context: &Context) -> Found {
    causeway_net::tls::install_crypto_provider();
    let machine = configuration::machine(&context.config_directory);
    let flow = configuration::mail_flow(&context.config_directory);
    let files = [machine.found, flow.found];
    let mut of_machine = machine.problems;
    let mut of_flow = flow.problems;
    if let (Some(machine_value), Some(flow_value)) =
        (machine.value.or(machine.rest), flow.value.or(flow.rest))
    {
        let mut found = causeway_policy::check(
            &flow_value,
            &machine_value,
            &flow.places,
            &machine.places,
            Clock::system().now(),
        );
        found.extend(here::doubts((&flow_value, &flow.places), (&machine_value, &machine.places)));
        let (more_of_flow, more_of_machine): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|problem| problem.file == flow.places.file());
        of_machine.extend(more_of_machine);
        of_machine.extend(files_named(&machine_value, &machine.places));
        of_flow.extend(more_of_flow);
        of_flow.extend(open_relay(&machine_value, flow_value, &flow.places));
    }
    for problems in [&mut of_machine, &mut of_flow] {
        problems.sort_by_key(|problem| (problem.line, problem.column));
    }
    let own_texts = configuration::own_texts(&context.config_directory).1;
    let problems = of_machine.into_iter().chain(of_flow).chain(own_texts).collect();
    Found { problems, files }
}

/// Files that `causeway.toml` names and the server could not use.
fn files_named(machine: &Machine, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut note = |path: &str, what: Said, instead: Said| {
        problems.push(places.problem(Severity::Error, path, what, instead));
    };
    if let Some(files) = &machine.tls
        && let Err(error) = ServerTls::load(Some(files), &machine.data_dir, "localhost")
    {
        let instead =
            said!("check-certificate.do", "name PEM files of one certificate and its key");
        let what =
            said!("check-certificate", "the certificate cannot be used: {error}", error = error);
        note("tls.certificate", what, instead);
    }
    for (i, root) in machine.delivery.trust_roots.iter().enumerate() {
        if let Err(error) = ClientTls::new(std::slice::from_ref(root)) {
            let path = format!("delivery.trust_roots[{i}]");
            let what =
                said!("check-trust-root", "the issuers cannot be used: {error}", error = error);
            note(&path, what, said!("check-trust-root.do", "name PEM files with certificates"));
        }
    }
    if let StoreUrl::Postgres(_) = machine.store {
        let what = said!("check-no-cluster", "this version has no cluster store");
        note("store.url", what, said!("check-no-cluster.do", "write url = \"sqlite\""));
    }
    problems
}

/// The classic open relay questions, asked of the policy that these files make. What could not be read
/// gives nobody a right, except for a connector of which nobody knows whether it is in use.
fn open_relay(machine: &Machine, flow: MailFlow, places: &Places) -> Vec<Problem> {
    if !places.knows_all("connector", &["enabled", "peer", "require_tls"]) {
        return Vec::new();
    }
    let hostname = machine.hostname.as_deref().unwrap_or("localhost.invalid");
    let policy = MailPolicy::compile(Arc::new(flow), hostname);
    let failures = causeway_policy::selftest(&policy).err().unwrap_or_default();
    failures
        .iter()
        .map(|failure| {
            places.problem(
                Severity::Error,
                "relay",
                said!(
                    "check-open-relay",
                    "this would be an open relay: {failure}",
                    failure = failure
                ),
                said!("check-open-relay.do", "entitle only networks and servers that are yours"),
            )
        })
        .collect()
}

fn summary(found: &Found, context: &Context) -> String {
    let key = match found.files {
        [true, true] => "cli-check-both",
        [true, false] => "cli-check-machine",
        [false, true] => "cli-check-flow",
        [false, false] => "cli-check-none",
    };
    let directory = context.config_directory.display().to_string();
    let files = context.words().say(key, &[("directory", directory.into())]);
    match found.problems.len() as u64 {
        0 => format!("{files}."),
        count => {
            let named = [("files", files.into()), ("count", count.into())];
            context.words().say("cli-check-warnings", &named)
        }
    }
}
