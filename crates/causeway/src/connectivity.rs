//! Connectivity tests for people: made by the room `insight`, told in the words of the API.

use causeway_admin::types::TestStep;
use causeway_catalog::Texts;
use causeway_insight::Prober;
use causeway_insight::checkup::{About, Step, Test, run};
use causeway_model::config::{Host, Language, MailFlow, OutboundRoute};
use causeway_net::steps::MOST_STEPS;
use tokio::sync::mpsc::channel;

/// Makes a test; every step is told as it ends. True when nothing failed.
pub(crate) async fn make(
    prober: &Prober,
    test: &Test,
    about: &About,
    language: Language,
    mut heard: impl FnMut(TestStep),
) -> bool {
    let (told, mut done) = channel(MOST_STEPS);
    let test = run(prober, test, about, Texts::get(language), told);
    let pass_on = async {
        while let Some(step) = done.recv().await {
            heard(in_words(step));
        }
    };
    let (passed, ()) = tokio::join!(test, pass_on);
    passed
}

fn in_words(step: Step) -> TestStep {
    TestStep {
        name: step.name.to_owned(),
        status: step.status,
        finding: step.finding,
        elapsed_ms: u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX),
        what_to_do: step.detail,
    }
}

/// Names that an administrator has written: what a misspelt one may have been meant to be.
pub(crate) fn spellings(flow: &MailFlow) -> Vec<String> {
    let mut names: Vec<String> =
        flow.domains.iter().map(|domain| domain.name.to_string()).collect();
    for connector in &flow.connectors {
        let causeway_model::config::Connector::Outbound(outbound) = connector else { continue };
        let OutboundRoute::SmartHosts(groups) = &outbound.route else { continue };
        names.extend(groups.iter().flatten().filter_map(|smart_host| match &smart_host.host {
            Host::Name(name) => Some(name.to_string()),
            Host::Address(_) => None,
        }));
    }
    names
}
