//! Tests of connectors for the API: the way out does them, the catalog says what to do about a failure.

use causeway_admin::types::{FirewallRule, TestStep};
use causeway_catalog::Texts;
use causeway_catalog::causes::causes_of_attempt;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_dispatch::Passage;
use causeway_dispatch::validate::{Step, StepName};
use causeway_model::config::{Language, OutboundConnector};
use causeway_model::{Address, Attempt, Failure, Outcome};
use causeway_net::steps::MOST_STEPS;
use tokio::sync::mpsc::{Sender, channel};

use super::Server;

/// Tests a connector and passes every step on in the words of the language.
pub(crate) async fn validate(
    server: &Server,
    connector: OutboundConnector,
    to: Address,
    language: Option<Language>,
    steps: Sender<TestStep>,
) -> bool {
    let own = || server.policy.load().flow().organization.languages.first().copied();
    let language = language.or_else(own).unwrap_or(Language::En);
    let (told, mut done) = channel(MOST_STEPS);
    let test = server.dispatch.validate(&connector, &to, told);
    let pass_on = async {
        while let Some(step) = done.recv().await {
            // Who does not listen any more does not mind.
            let _ = steps.try_send(in_words(&step, language));
        }
    };
    let (passed, ()) = tokio::join!(test, pass_on);
    passed
}

fn in_words(step: &Step, language: Language) -> TestStep {
    let what_to_do = match (step.name, &step.detail) {
        (StepName::Recipient, _) => Some(Texts::get(language).text("advice-recipient-taken")),
        (_, Some(failed)) => hint(failed, language),
        (_, None) => None,
    };
    TestStep {
        name: step.name.name().to_owned(),
        status: step.status,
        finding: step.finding.speak(language).into(),
        elapsed_ms: u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX),
        what_to_do,
    }
}

/// What to do about a failed step. The likeliest of several causes is said to be only that.
fn hint(failed: &Attempt, language: Language) -> Option<String> {
    let texts = Texts::get(language);
    if matches!(failed.outcome, Outcome::Failure(Failure::ConnectionRefused)) {
        // A stopped service, another port and a firewall that answers give the same reset.
        return Some(texts.text("test-refused"));
    }
    let causes = causes_of_attempt(failed);
    let likeliest = causes.first()?;
    let (title, action) =
        (texts.text(&likeliest.title_key()), texts.text(&likeliest.action_key_on(true)));
    if causes.len() == 1 {
        return Some(format!("{title} {action}"));
    }
    let said = Parts::of("test-possible-cause").with("cause", title).with("action", action);
    Some(Sentence::from(said).speak(language).into())
}

/// From which of our addresses to which of theirs mail goes.
pub(crate) async fn passages(
    server: &Server,
    connector: Option<OutboundConnector>,
) -> Vec<FirewallRule> {
    let name = connector.as_ref().map(|connector| connector.name.clone());
    let passages = server.dispatch.passages(connector.as_ref()).await;
    let rule = |passage: Passage| FirewallRule {
        connector: name.clone(),
        host: passage.host,
        address: passage.address,
        port: passage.port,
        source: passage.source,
        source_configured: passage.is_configured,
        problem: passage.problem,
    };
    passages.into_iter().map(rule).collect()
}
