//! `causeway test` and `causeway domain troubleshoot`: steps, shown as they are made.

use causeway_admin::types::{RunTest, TestKind, TestReport, TestStatus, TestStep};
use causeway_insight::checkup::{About, Test};
use causeway_insight::prober::Surroundings;
use causeway_insight::{Known, Prober};
use causeway_net::tls::ClientTls;
use causeway_net::{Clock, Resolver};

use super::super::Answer;
use super::super::arguments::connectivity::{TestCommand, TroubleshootArguments};
use super::super::configuration;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Output, Tone};
use super::super::words::{Words, harmless};
use crate::connectivity::{make, spellings};

pub(super) async fn run(command: TestCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        TestCommand::Inbound { domain } => {
            let target = domain.to_string();
            by_server(request(TestKind::Inbound, target, Vec::new(), context), context).await
        }
        TestCommand::Outbound { connector, to: Some(to) } => {
            super::connector::validate(&connector, &to, context).await
        }
        TestCommand::Outbound { connector, to: None } => {
            by_server(request(TestKind::Outbound, connector, Vec::new(), context), context).await
        }
        TestCommand::Relay { host } => here(Test::Relay { host }, context).await,
        TestCommand::Tls { host, name, domain } => {
            let expected_name = name.map(|name| name.to_string());
            let domain = domain.map(|domain| domain.to_string());
            here(Test::Tls { host, expected_name, domain }, context).await
        }
        TestCommand::Propagation { domain, records } => {
            let domain = domain.to_string();
            here(Test::Propagation { domain, kind: records }, context).await
        }
    }
}

pub(super) async fn troubleshoot(
    arguments: TroubleshootArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let TroubleshootArguments { domain, dkim_selectors } = arguments;
    let request = request(TestKind::Domain, domain.to_string(), dkim_selectors, context);
    by_server(request, context).await
}

fn request(
    test: TestKind,
    target: String,
    dkim_selectors: Vec<String>,
    context: &Context,
) -> RunTest {
    RunTest { test, target, dkim_selectors, language: Some(context.language) }
}

/// A test that the running server makes.
async fn by_server(request: RunTest, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mut shown = Shown::new(context);
    let report = client.run_test(&request, |step| shown.step(step)).await?;
    shown.end(&report)
}

/// A test that is made here, with the DNS servers and certificate authorities of causeway.toml.
async fn here(test: Test, context: &Context) -> Result<Answer, Failure> {
    let machine = configuration::usable_machine(&context.config_directory)?;
    let resolver =
        Resolver::new(&machine.dns).map_err(|error| Failure::bad_input(error.to_string()))?;
    let tls = ClientTls::new(&machine.delivery.trust_roots)
        .map_err(|error| Failure::bad_input(error.to_string()))?;
    let hostname = crate::serve::hostname(&machine);
    let surroundings = Surroundings {
        dane: machine.delivery.dane,
        sts: crate::serve::mta_sts(&machine, &resolver, &tls),
        resolver,
        tls,
        clock: Clock::system(),
        hostname: hostname.clone(),
        sources: machine.delivery.source_addresses.clone(),
    };
    let prober = Prober::new(surroundings, machine.probes.clone());
    let flow = configuration::mail_flow(&context.config_directory).value.unwrap_or_default();
    let about = About {
        hostname,
        addresses: Vec::new(),
        also_expected: flow.organization.expected_mx.iter().map(ToString::to_string).collect(),
        mx_port: machine.delivery.mx_port,
        domain: None,
        known: Known { spellings: spellings(&flow), ..Known::default() },
        ..About::default()
    };
    let mut shown = Shown::new(context);
    let mut report = TestReport { passed: false, steps: Vec::new() };
    report.passed = make(&prober, &test, &about, context.language, |step| {
        shown.step(&step);
        report.steps.push(step);
    })
    .await;
    shown.end(&report)
}

/// Steps on their way to the reader.
pub(super) struct Shown {
    output: Output,
    words: Words,
    is_json: bool,
    /// A closed reader ends the listening, not the test.
    said: Result<(), Failure>,
}

impl Shown {
    pub(super) fn new(context: &Context) -> Self {
        let output = context.output();
        let is_json = output.is_json();
        Self { output, words: context.words(), is_json, said: Ok(()) }
    }

    pub(super) fn step(&mut self, step: &TestStep) {
        if !self.is_json && self.said.is_ok() {
            self.said = say_step(step, &mut self.output, self.words);
        }
    }

    /// The verdict, or the whole report as JSON.
    pub(super) fn end(mut self, report: &TestReport) -> Result<Answer, Failure> {
        self.said?;
        if self.is_json {
            self.output.json(report)?;
        } else {
            let (key, tone) = match report.passed {
                true => ("cli-test-passed", Tone::Good),
                false => ("cli-test-failed", Tone::Bad),
            };
            let verdict = self.output.toned(tone, &self.words.text(key));
            self.output.line(&verdict)?;
            self.output.flush()?;
        }
        Ok(if report.passed { Answer::Fine } else { Answer::No })
    }
}

fn say_step(step: &TestStep, output: &mut Output, words: Words) -> Result<(), Failure> {
    let (key, tone) = match step.status {
        TestStatus::Passed => ("cli-step-passed", Tone::Good),
        TestStatus::Warning => ("cli-step-warning", Tone::Waiting),
        TestStatus::Failed => ("cli-step-failed", Tone::Bad),
        TestStatus::Skipped => ("cli-step-skipped", Tone::Plain),
    };
    let status = output.toned(tone, &words.text(key));
    let finding = harmless(&step.finding, 1500);
    output.line(&format!("{:<11} {status}  {finding} ({} ms)", step.name, step.elapsed_ms))?;
    if let Some(what) = &step.what_to_do {
        output.line(&format!("            {}", harmless(what, 2000)))?;
    }
    output.flush()
}
