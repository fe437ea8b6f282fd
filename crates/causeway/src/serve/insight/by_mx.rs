//! Whether mail has a way without its connector: what MX records say before a remedy takes the connector away.
//!
//! A domain of our own whose MX records lead here, or a name that only exists inside, has no other way: its mail
//! would be returned at once.

use std::collections::BTreeSet;
use std::time::Duration;

use causeway_catalog::status::status;
use causeway_catalog::{Phase, Texts};
use causeway_insight::alert::Alert;
use causeway_model::config::DomainPattern;
use causeway_model::{Domain, Failure, Stage};
use causeway_store::QueueFilter;

use crate::serve::Server;

/// Messages of the path that are looked at.
const MOST_WAITING: usize = 100;

/// Domains that DNS is asked about.
const MOST_DOMAINS: usize = 10;

/// So long DNS may take for all of them. Without an answer in time there is no way.
const LONGEST: Duration = Duration::from_secs(10);

/// A domain whose mail would not go out.
#[derive(Debug)]
pub(super) struct NoWay {
    domain: Domain,
    /// `None`: DNS gave no answer in time.
    why: Option<Failure>,
}

impl NoWay {
    /// As a sentence.
    pub(super) fn say(&self, texts: &Texts) -> String {
        let why = self.why.clone().unwrap_or(Failure::TimedOut { after_ms: millis(LONGEST) });
        let why = status(&why, Stage::Resolve, Phase::Queued).text;
        texts.format(
            "fix-no-way-by-mx",
            &[("domain", self.domain.to_string().into()), ("why", why.into())],
        )
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The first domain of those that the path of an alert leads to for which there is no way by MX now.
pub(super) async fn no_way(server: &Server, alert: &Alert) -> Option<NoWay> {
    let until = tokio::time::Instant::now() + LONGEST;
    for domain in domains(server, alert).await {
        let answer = tokio::time::timeout_at(until, server.dispatch.has_way_by_mx(&domain)).await;
        match answer {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => return Some(NoWay { domain, why: Some(failure) }),
            Err(_) => return Some(NoWay { domain, why: None }),
        }
    }
    None
}

/// The domains of what waits, and those that the connector names.
async fn domains(server: &Server, alert: &Alert) -> Vec<Domain> {
    let ids = server.dispatch.waiting_for(&alert.path, None, MOST_WAITING);
    let waiting = match ids.is_empty() {
        true => Vec::new(),
        false => {
            let filter = QueueFilter { ids, ..QueueFilter::default() };
            server.store.list_queue(filter).await.unwrap_or_default()
        }
    };
    let waiting = waiting.iter().flat_map(|message| &message.recipients);
    let mut all: BTreeSet<Domain> =
        waiting.map(|(_, address, _)| address.domain().clone()).collect();
    let policy = server.policy.load();
    let name = alert.attempt.as_ref().and_then(|attempt| attempt.connector.as_deref());
    if let Some(connector) = name.and_then(|name| policy.outbound_connector(name)) {
        all.extend(connector.recipient_domains.iter().filter_map(|pattern| match pattern {
            DomainPattern::Exact(domain) => Some(domain.clone()),
            _ => None,
        }));
    }
    all.into_iter().take(MOST_DOMAINS).collect()
}
