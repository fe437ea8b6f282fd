//! Mail that goes in circles: the circle, and where it can be cut.
//!
//! Received fields are written by servers that we do not know, and by whoever likes to forge some. A loop is
//! told of only when our own records say that we sent the message before.

use std::collections::HashSet;

use causeway_catalog::WhoActs;
use causeway_catalog::causes::remedy::Remedy;
use causeway_model::Timestamp;
use causeway_model::config::{Connector, DomainPattern, DomainType, MailFlow};
use causeway_smtp::trail::{self, Hop};
use serde::{Deserialize, Serialize};

use super::counter::Often;
use super::{Noted, Notice, NoticeKind, Observation};
use crate::remedy::Offer;

/// Hosts of a circle that are shown.
const MOST_HOSTS: usize = 12;

/// The way of a message that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When it came back.
    pub at: Timestamp,
    /// Where it went through, the oldest first, ourselves included.
    pub hops: Vec<Hop>,
}

/// What our records say of a message that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBefore {
    /// Its id then.
    pub id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Through this connector; `None`: by MX.
    pub connector: Option<String>,
    /// To this server.
    pub host: String,
}

impl Passage {
    /// The ids that the message had here, the latest first.
    pub fn ids<'a>(&'a self, hostname: &'a str) -> impl Iterator<Item = &'a str> {
        let ours = self.hops.iter().rev().filter(move |hop| hop.is_by(hostname));
        ours.filter_map(|hop| hop.id.as_deref())
    }

    /// The hosts from one visit here to the next, the last such circle; empty when it was here once.
    #[must_use]
    pub fn circle(&self, hostname: &str) -> Vec<String> {
        trail::circle(&self.hops, hostname, MOST_HOSTS)
    }
}

impl SentBefore {
    /// As something that was noted.
    pub(crate) fn noted(&self) -> Noted {
        Noted {
            at: self.at,
            what: Observation::SentBefore {
                id: self.id.clone(),
                connector: self.connector.clone(),
                host: self.host.clone(),
            },
        }
    }
}

/// The notice of one domain. `sent`: what our records say of the message before; without any there is no
/// notice. `mailboxes`: how many mailboxes of the domain are here.
#[must_use]
pub fn notice(
    often: &Often,
    passage: &Passage,
    sent: &[SentBefore],
    hostname: &str,
    (flow, mailboxes): (&MailFlow, usize),
) -> Option<Notice> {
    if sent.is_empty() {
        return None;
    }
    let hosts = passage.circle(hostname);
    let route = Observation::Route { hosts, hops: passage.hops.len() as u64 };
    let mut evidence = vec![Noted { at: passage.at, what: route }];
    let mut told = HashSet::new();
    let ways = sent.iter().filter(|sent| told.insert((&sent.connector, &sent.host)));
    evidence.extend(ways.map(SentBefore::noted));
    let connector = sent.iter().find_map(|sent| sent.connector.as_deref());
    Some(Notice {
        kind: NoticeKind::MailLoop,
        subject: often.what.clone(),
        count: often.count,
        since: often.first,
        last: often.last,
        level: 0,
        who: WhoActs::Service,
        evidence,
        offers: offers(&often.what, connector, flow, mailboxes),
    })
}

/// A domain whose mailboxes are here needs no other server; else the connector leads in the wrong direction. As it
/// rests on Received fields, which anybody can write, each has to be named.
fn offers(domain: &str, connector: Option<&str>, flow: &MailFlow, mailboxes: usize) -> Vec<Offer> {
    let outbound = connector.and_then(|name| {
        flow.connectors.iter().find_map(|connector| match connector {
            Connector::Outbound(outbound) if outbound.name == name && outbound.enabled => {
                Some(outbound)
            }
            _ => None,
        })
    });
    let accepted = flow.domains.iter().find(|accepted| accepted.name.as_str() == domain);
    let mut offers = Vec::new();
    if accepted.is_some_and(|a| a.domain_type == DomainType::InternalRelay) && mailboxes > 0 {
        let serves_only = |pattern: &DomainPattern| matches!(pattern, DomainPattern::Exact(name) if name.as_str() == domain);
        offers.push(Offer {
            connector: outbound.map(|connector| connector.name.clone()),
            domain: Some(domain.to_owned()),
            with_connector: outbound
                .is_some_and(|connector| connector.recipient_domains.iter().all(serves_only)),
            risky: true,
            ..Offer::of(Remedy::MakeAuthoritative)
        });
    }
    offers.extend(outbound.map(|connector| Offer {
        connector: Some(connector.name.clone()),
        risky: true,
        ..Offer::of(Remedy::DisableConnector)
    }));
    offers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage() -> Passage {
        let hop = |by: &str, id: Option<&str>| Hop { by: by.into(), id: id.map(str::to_owned) };
        let hops = vec![
            hop("client.test", None),
            hop("MX.ours.test", Some("a1")),
            hop("relay.test", Some("x")),
            hop("mx.ours.test", Some("a2")),
            hop("relay.test", Some("y")),
            hop("mx.ours.test", Some("a3")),
        ];
        Passage { at: Timestamp::from_millis(9), hops }
    }

    fn often() -> Often {
        let at = Timestamp::from_millis(9);
        Often { what: "corp.test".into(), count: 1, first: at, last: at, by: Vec::new() }
    }

    fn sent() -> SentBefore {
        SentBefore {
            id: "a2".into(),
            at: Timestamp::from_millis(5),
            connector: Some("corp".into()),
            host: "relay.test".into(),
        }
    }

    const FLOW: &str = "[[domain]]\nname = \"corp.test\"\ntype = \"internal_relay\"\n[[connector]]\n\
        name = \"corp\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
        recipient_domains = [\"corp.test\"]\nsmart_hosts = [\"relay.test\"]\n";

    #[test]
    fn the_circle_is_shown_and_the_connector_is_the_place_to_cut_it() {
        let (flow, _) = MailFlow::parse(FLOW, "mailflow.toml").unwrap();
        assert_eq!(passage().ids("mx.ours.test").collect::<Vec<_>>(), ["a3", "a2", "a1"]);
        let notice = notice(&often(), &passage(), &[sent(), sent()], "mx.ours.test", (&flow, 0));
        let notice = notice.unwrap();
        assert_eq!(notice.key(), "mail-loop corp.test");
        let circle = ["mx.ours.test", "relay.test", "mx.ours.test"].map(str::to_owned).to_vec();
        assert_eq!(notice.evidence[0].what, Observation::Route { hosts: circle, hops: 6 });
        assert_eq!(notice.evidence.len(), 2, "the same way is told once");
        let ids: Vec<&str> = notice.offers.iter().map(|offer| offer.id.as_str()).collect();
        assert_eq!(ids, ["disable-connector"]);
        let with_mailboxes =
            super::notice(&often(), &passage(), &[sent()], "mx.ours.test", (&flow, 2)).unwrap();
        assert_eq!(with_mailboxes.offers[0].id, "make-authoritative");
        assert!(with_mailboxes.offers[0].with_connector);
    }

    #[test]
    fn received_fields_alone_prove_nothing() {
        let flow = MailFlow::default();
        assert_eq!(notice(&often(), &passage(), &[], "mx.ours.test", (&flow, 0)), None);
    }
}
