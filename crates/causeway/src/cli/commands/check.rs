//! `causeway check`: both files, without a server.

use std::io::Write;
use std::sync::Arc;

use causeway_model::config::{Connector, Machine, MailFlow, Places, Problem, Severity, StoreUrl};
use causeway_net::clock::Clock;
use causeway_net::tls::client::ClientTls;
use causeway_net::tls::server::ServerTls;
use causeway_policy::MailPolicy;
use serde::Serialize;

use super::super::Answer;
use super::super::configuration::{self, MACHINE_FILE, MAIL_FLOW_FILE};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::words;

/// `check --json`.
#[derive(Serialize)]
struct Document<'a> {
    /// No errors; there may be warnings.
    valid: bool,
    problems: Vec<JsonProblem<'a>>,
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    file: &'a str,
    /// From 1; absent when the problem has no place.
    line: Option<usize>,
    column: Option<usize>,
    severity: &'static str,
    what: &'a str,
    instead: &'a str,
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            file: &problem.file,
            line: Some(problem.line).filter(|line| *line > 0),
            column: Some(problem.column).filter(|column| *column > 0),
            severity: match problem.severity {
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            what: &problem.what,
            instead: &problem.instead,
        }
    }
}

/// Checks the files of `--config`. Problems go to stderr, one a line; with errors the exit status
/// is 2.
pub(in super::super) fn run(context: &Context) -> Result<Answer, Failure> {
    let found = find(context);
    let errors =
        found.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let mut output = context.output();
    if output.is_json() {
        let problems = found.problems.iter().map(JsonProblem::from).collect();
        output.json(&Document { valid: errors == 0, problems })?;
    } else {
        let mut stderr = std::io::stderr().lock();
        for problem in &found.problems {
            let _ = writeln!(stderr, "{}", words::harmless(&problem.to_string(), 2000));
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
    Err(Failure::bad_input(format!(
        "{} in {}; the server would not start with this",
        words::count(errors as u64, "error"),
        context.config_directory.display()
    )))
}

struct Found {
    problems: Vec<Problem>,
    /// Whether the files are there: `causeway.toml`, `mailflow.toml`.
    files: [bool; 2],
}

/// Reads both files; as far as they can be read, asks whether they make sense together.
fn find(context: &Context) -> Found {
    causeway_net::tls::install_crypto_provider();
    let machine = configuration::machine(&context.config_directory);
    let flow = configuration::mail_flow(&context.config_directory);
    let files = [machine.found, flow.found];
    let mut problems = machine.problems;
    problems.extend(flow.problems);
    let is_whole = machine.value.is_some() && flow.value.is_some();
    let machine_value =
        machine.value.or_else(|| what_can_be_judged_of_machine(&machine.text, &machine.places));
    let flow_value = flow.value.or_else(|| what_can_be_judged(&flow.text, &flow.places));
    if let (Some(machine_value), Some(flow_value)) = (machine_value, flow_value) {
        problems.extend(causeway_policy::check(
            &flow_value,
            &machine_value,
            &flow.places,
            &machine.places,
            Clock::system().now(),
        ));
        problems.extend(files_named(&machine_value, &machine.places));
        problems.extend(password_files(&flow_value, &flow.places));
        if is_whole {
            problems.extend(open_relay(&machine_value, flow_value, &flow.places));
        }
    }
    problems.extend(configuration::own_texts(&context.config_directory).1);
    Found { problems, files }
}

/// A `mailflow.toml` with errors, as far as nothing is missing on which other findings depend: every
/// domain and every connector of the file could be read.
fn what_can_be_judged(text: &str, places: &Places) -> Option<MailFlow> {
    let (flow, _) = MailFlow::parse_what_can_be(text, MAIL_FLOW_FILE);
    let complete = places.has_text()
        && !places.has(&format!("domain[{}]", flow.domains.len()))
        && !places.has(&format!("connector[{}]", flow.connectors.len()));
    complete.then_some(flow)
}

/// The same for `causeway.toml` and its listeners.
fn what_can_be_judged_of_machine(text: &str, places: &Places) -> Option<Machine> {
    let (machine, _) = Machine::parse_what_can_be(text, MACHINE_FILE);
    let listeners = format!("listener[{}]", machine.listeners.len());
    (places.has_text() && !places.has(&listeners)).then_some(machine)
}

/// Files that `causeway.toml` names and the server could not use.
fn files_named(machine: &Machine, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut note = |path: &str, what: String, instead: &str| {
        problems.push(places.problem(Severity::Error, path, what, instead));
    };
    if let Some(files) = &machine.tls
        && let Err(error) = ServerTls::load(Some(files), &machine.data_dir, "localhost")
    {
        note("tls.certificate", error.to_string(), "name PEM files of one certificate and its key");
    }
    for (i, root) in machine.delivery.trust_roots.iter().enumerate() {
        if let Err(error) = ClientTls::new(std::slice::from_ref(root)) {
            let path = format!("delivery.trust_roots[{i}]");
            note(&path, error.to_string(), "name PEM files with certificates");
        }
    }
    if let StoreUrl::Postgres(_) = machine.store {
        note("store.url", "this version has no cluster store".into(), "write url = \"sqlite\"");
    }
    problems
}

/// Password files that cannot be read: by whoever checks, who may not be the server's user.
fn password_files(flow: &MailFlow, places: &Places) -> Vec<Problem> {
    let outbound =
        flow.connectors.iter().enumerate().filter_map(|(i, connector)| match connector {
            Connector::Outbound(outbound) => Some((i, outbound.credentials.as_ref()?)),
            Connector::Inbound(_) => None,
        });
    outbound
        .filter_map(|(i, credentials)| {
            let error = std::fs::File::open(&credentials.password_file).err()?;
            let path = format!("connector[{i}].credentials");
            let file = credentials.password_file.display();
            Some(places.problem(
                Severity::Warning,
                &path,
                format!("{file} cannot be read: {error}"),
                "name a file that the server's user can read, with the password in its first line",
            ))
        })
        .collect()
}

/// The classic open relay questions, asked of the policy that these files make.
fn open_relay(machine: &Machine, flow: MailFlow, places: &Places) -> Vec<Problem> {
    let hostname = machine.hostname.as_deref().unwrap_or("localhost.invalid");
    let policy = MailPolicy::compile(Arc::new(flow), hostname);
    let failures = causeway_policy::selftest(&policy).err().unwrap_or_default();
    failures
        .iter()
        .map(|failure| {
            places.problem(
                Severity::Error,
                "relay",
                format!("this would be an open relay: {failure}"),
                "entitle only networks and servers that are yours",
            )
        })
        .collect()
}

fn summary(found: &Found, context: &Context) -> String {
    let directory = context.config_directory.display();
    let files = match found.files {
        [true, true] => format!("{MACHINE_FILE} and {MAIL_FLOW_FILE} in {directory} are right"),
        [true, false] => {
            format!(
                "{MACHINE_FILE} in {directory} is right; {MAIL_FLOW_FILE} is not there, so its \
                     defaults hold"
            )
        }
        [false, true] => {
            format!(
                "{MAIL_FLOW_FILE} in {directory} is right; {MACHINE_FILE} is not there, so its \
                     defaults hold"
            )
        }
        [false, false] => {
            format!(
                "neither {MACHINE_FILE} nor {MAIL_FLOW_FILE} is in {directory}: the defaults \
                     hold"
            )
        }
    };
    match found.problems.len() as u64 {
        0 => format!("{files}."),
        warnings => format!("{files}, with {}.", words::count(warnings, "warning")),
    }
}
