//! What is counted by sessions: senders in domains that are not accepted, mail programs without a safe TLS,
//! recipients that do not exist.

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_catalog::causes::remedy::Remedy;
use causeway_catalog::status::clean;
use causeway_model::Domain;

use super::counter::Often;
use super::{Noted, Notice, NoticeKind, Observation, millis};
use crate::remedy::Offer;

/// The subject of the one notice about mail programs.
pub const SUBMISSION: &str = "submission";

/// Clients that one notice names.
const MOST_CLIENTS: usize = 20;

/// A notice with its counts, without ways out.
fn counted(kind: NoticeKind, often: &Often, who: WhoActs, evidence: Vec<Noted>) -> Notice {
    Notice {
        kind,
        subject: clean(&often.what),
        count: often.count,
        since: often.first,
        last: often.last,
        level: 0,
        who,
        evidence,
        offers: Vec::new(),
    }
}

/// Who did it how often.
fn clients(often: &Often) -> impl Iterator<Item = Noted> {
    often.by.iter().map(|(client, count)| Noted {
        at: often.last,
        what: Observation::Client { client: clean(client), count: *count },
    })
}

/// Our own networks send as a domain that is not accepted.
#[must_use]
pub fn foreign_sender(often: &Often) -> Notice {
    let domain = clean(&often.what);
    let senders = Observation::Senders { domain: domain.clone(), count: often.count };
    let mut evidence = vec![Noted { at: often.last, what: senders }];
    evidence.extend(clients(often));
    let mut notice = counted(NoticeKind::ForeignSenders, often, WhoActs::Service, evidence);
    if Domain::parse(&often.what).is_ok_and(|domain| domain.literal().is_none()) {
        notice.offers.push(Offer { domain: Some(domain), ..Offer::of(Remedy::AcceptDomain) });
    }
    notice
}

/// Mail programs that cannot log in for want of a safe TLS: one notice for all, as they are one matter.
#[must_use]
pub fn old_clients(found: &[(Often, Option<String>)]) -> Option<Notice> {
    let newest = found.iter().map(|(often, _)| often.last).max()?;
    let oldest = found.iter().map(|(often, _)| often.first).min()?;
    let line = |(often, account): &(Often, Option<String>)| Noted {
        at: often.last,
        what: Observation::OldClient {
            client: clean(&often.what),
            offered: often.by.first().map(|(offered, _)| clean(offered)).filter(|o| !o.is_empty()),
            account: account.clone(),
            count: often.count,
        },
    };
    let all = Often {
        what: SUBMISSION.to_owned(),
        count: found.iter().map(|(often, _)| often.count).sum(),
        first: oldest,
        last: newest,
        by: Vec::new(),
    };
    let evidence = found.iter().take(MOST_CLIENTS).map(line).collect();
    Some(counted(NoticeKind::OldClients, &all, WhoActs::Sender, evidence))
}

/// Many recipients that do not exist, at a domain or from a network.
#[must_use]
pub fn unknown_recipients(often: &Often, span: Duration) -> Notice {
    let subject = clean(&often.what);
    let unknown = Observation::Unknown { subject, count: often.count, span_ms: millis(span) };
    let mut evidence = vec![Noted { at: often.last, what: unknown }];
    evidence.extend(clients(often));
    counted(NoticeKind::UnknownRecipients, often, WhoActs::Service, evidence)
}

/// Networks whose tries are all at domains that are told of already say nothing new.
#[must_use]
pub fn networks_worth_telling(domains: &[Often], networks: Vec<Often>) -> Vec<Often> {
    let told = |domain: &String| domains.iter().any(|often| often.what == *domain);
    networks
        .into_iter()
        .filter(|network| !network.by.iter().all(|(domain, _)| told(domain)))
        .collect()
}

#[cfg(test)]
mod tests {
    use causeway_model::Timestamp;

    use super::*;

    fn often(what: &str, by: &[(&str, u64)]) -> Often {
        let at = Timestamp::from_millis(5);
        let by = by.iter().map(|(who, count)| ((*who).to_owned(), *count)).collect();
        Often { what: what.into(), count: 30, first: at, last: at, by }
    }

    #[test]
    fn what_strangers_wrote_is_cleaned() {
        let notice = foreign_sender(&often("evil\u{1b}[2J.test", &[("10.0.0.1", 30)]));
        assert!(!notice.subject.contains('\u{1b}'), "{notice:?}");
        assert!(notice.offers.is_empty(), "such a domain cannot be accepted");
        let notice = foreign_sender(&often("shop.test", &[("10.0.0.1", 30)]));
        assert_eq!(notice.offers[0].domain.as_deref(), Some("shop.test"));
        assert_eq!(notice.evidence.len(), 2);
    }

    #[test]
    fn all_old_mail_programs_are_one_notice() {
        assert_eq!(old_clients(&[]), None);
        let found = [
            (often("192.0.2.1", &[("TLS 1.0", 30)]), Some("alice@ours.test".to_owned())),
            (often("192.0.2.2", &[("", 30)]), None),
        ];
        let notice = old_clients(&found).unwrap();
        assert_eq!((notice.key().as_str(), notice.count), ("old-clients submission", 60));
        let Observation::OldClient { offered, .. } = &notice.evidence[1].what else {
            panic!("{notice:?}")
        };
        assert_eq!(*offered, None);
    }

    #[test]
    fn a_network_that_floods_one_domain_is_not_told_of_beside_the_domain() {
        let domains = [often("ours.test", &[("192.0.2.0/24", 30)])];
        let networks = vec![
            often("192.0.2.0/24", &[("ours.test", 30)]),
            often("198.51.100.0/24", &[("b.test", 30)]),
        ];
        let left = networks_worth_telling(&domains, networks);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].what, "198.51.100.0/24");
    }
}
