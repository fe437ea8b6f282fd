//! Notices in words.

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_catalog::texts::{Texts, Value};
use causeway_model::Timestamp;

use super::growth::ALL;
use super::{Noted, Notice, NoticeKind, Observation};
use crate::finding::Evidence;

/// A text with its variables.
type Sentence<'a> = (&'static str, Vec<(&'static str, Value<'a>)>);

impl Notice {
    /// What it is about, as a sentence.
    #[must_use]
    pub fn title(&self, texts: &Texts) -> String {
        let mut args =
            vec![("subject", (&self.subject).into()), ("count", Value::from(self.count))];
        args.extend(self.ends().map(|ends| ("ends", texts.moment(ends).into())));
        let attribute = match (self.kind, self.subject.as_str()) {
            (NoticeKind::QueueGrows, ALL) => ".all",
            _ => "",
        };
        texts.format(&format!("notice-{}{attribute}", self.kind.name()), &args)
    }

    /// The end of the certificate that it is about.
    fn ends(&self) -> Option<Timestamp> {
        self.evidence.iter().find_map(|noted| match noted.what {
            Observation::Certificate { ends, .. } => Some(ends),
            _ => None,
        })
    }

    /// What the one who acts does.
    #[must_use]
    pub fn action(&self, texts: &Texts) -> String {
        let attribute = match (self.kind, self.who) {
            (NoticeKind::CertificateEnds, WhoActs::PartnerAdmin) => "theirs",
            _ => "do",
        };
        let key = format!("notice-{}.{attribute}", self.kind.name());
        texts.format(&key, &[("subject", (&self.subject).into())])
    }

    /// The code that senders are told, where there is one.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            NoticeKind::MailLoop => "554 5.4.6",
            NoticeKind::UnknownRecipients => "550 5.1.1",
            _ => "",
        }
    }

    /// What it rests on.
    #[must_use]
    pub fn lines(&self, texts: &Texts) -> Vec<Evidence> {
        self.evidence.iter().map(|noted| noted.line(self.kind, texts)).collect()
    }
}

impl Noted {
    pub(crate) fn line(&self, kind: NoticeKind, texts: &Texts) -> Evidence {
        let what = match &self.what {
            Observation::Found(finding) => return finding.evidence(texts),
            counted => counted.parts(self.at, texts),
        };
        let finding = what.map(|(key, args)| texts.format(key, &args)).unwrap_or_default();
        Evidence { probe: kind.name().to_owned(), finding, at: self.at }
    }
}

impl Observation {
    /// `None` for a finding, which has words of its own.
    fn parts(&self, at: Timestamp, texts: &Texts) -> Option<Sentence<'_>> {
        let moment = || texts.moment(at).into();
        Some(match self {
            Self::Found(_) => return None,
            Self::Route { hosts, hops } => {
                ("noted-route", vec![("route", hosts.join(" → ").into()), ("hops", (*hops).into())])
            }
            Self::SentBefore { id, connector: Some(connector), host } => (
                "noted-sent-by-connector",
                vec![
                    ("id", id.into()),
                    ("connector", connector.into()),
                    ("host", host.into()),
                    ("at", moment()),
                ],
            ),
            Self::SentBefore { id, connector: None, host } => (
                "noted-sent-by-mx",
                vec![("id", id.into()), ("host", host.into()), ("at", moment())],
            ),
            Self::ThereSince { connector } => {
                ("noted-there-since", vec![("connector", connector.into()), ("at", moment())])
            }
            Self::LastUsed { connector } => {
                ("noted-last-used", vec![("connector", connector.into()), ("at", moment())])
            }
            Self::NeverUsed { connector } => {
                ("noted-never-used", vec![("connector", connector.into())])
            }
            Self::Senders { domain, count } => {
                ("noted-senders", vec![("domain", domain.into()), ("count", (*count).into())])
            }
            Self::Client { client, count } => {
                ("noted-client", vec![("client", client.into()), ("count", (*count).into())])
            }
            Self::OldClient { client, offered, account, count } => {
                old_client(client, offered.as_deref(), account.as_deref(), *count)
            }
            Self::Certificate { holder, names, issuer, ends } => (
                "noted-certificate",
                vec![
                    ("holder", holder.into()),
                    ("names", names.into()),
                    ("issuer", issuer.into()),
                    ("ends", texts.moment(*ends).into()),
                ],
            ),
            Self::Growth { before, now, delivered, span_ms } => (
                "noted-growth",
                vec![
                    ("before", (*before).into()),
                    ("now", (*now).into()),
                    ("delivered", (*delivered).into()),
                    ("span", texts.duration(Duration::from_millis(*span_ms)).into()),
                ],
            ),
            Self::LinesLost { count, problem } => {
                ("noted-lines-lost", vec![("count", (*count).into()), ("problem", problem.into())])
            }
            Self::LinesNotRead { count } => {
                ("noted-lines-not-read", vec![("count", (*count).into())])
            }
            Self::Unknown { subject, count, span_ms } => (
                "noted-unknown",
                vec![
                    ("subject", subject.into()),
                    ("count", (*count).into()),
                    ("span", texts.duration(Duration::from_millis(*span_ms)).into()),
                ],
            ),
        })
    }
}

fn old_client<'a>(
    client: &'a str,
    offered: Option<&'a str>,
    account: Option<&'a str>,
    count: u64,
) -> Sentence<'a> {
    let mut args = vec![("client", client.into()), ("count", count.into())];
    args.extend(offered.map(|offered| ("offered", offered.into())));
    args.extend(account.map(|account| ("account", account.into())));
    let key = match (offered.is_some(), account.is_some()) {
        (true, true) => "noted-old-tls-of",
        (true, false) => "noted-old-tls",
        (false, true) => "noted-no-tls-of",
        (false, false) => "noted-no-tls",
    };
    (key, args)
}

#[cfg(test)]
mod tests {
    use causeway_model::config::Language;

    use super::*;
    use crate::finding::{Fact, Finding};
    use crate::probe::Probe;

    /// One of each.
    fn observations() -> Vec<Observation> {
        let text = || "x".to_owned();
        let old = |offered: Option<&str>, account: Option<&str>| Observation::OldClient {
            client: text(),
            offered: offered.map(str::to_owned),
            account: account.map(str::to_owned),
            count: 2,
        };
        let finding = Finding {
            probe: Probe::ResolverHealth,
            at: Timestamp::from_millis(0),
            elapsed_ms: 1,
            fact: Fact::NullMx { domain: text() },
        };
        vec![
            Observation::Route { hosts: vec![text(), text()], hops: 31 },
            Observation::SentBefore { id: text(), connector: Some(text()), host: text() },
            Observation::SentBefore { id: text(), connector: None, host: text() },
            Observation::ThereSince { connector: text() },
            Observation::LastUsed { connector: text() },
            Observation::NeverUsed { connector: text() },
            Observation::Found(Box::new(finding)),
            Observation::Senders { domain: text(), count: 1 },
            Observation::Client { client: text(), count: 1 },
            old(Some("TLS 1.0"), Some("a")),
            old(Some("TLS 1.0"), None),
            old(None, Some("a")),
            old(None, None),
            Observation::Certificate {
                holder: text(),
                names: text(),
                issuer: text(),
                ends: Timestamp::from_millis(0),
            },
            Observation::Growth { before: 1, now: 2, delivered: 3, span_ms: 60_000 },
            Observation::LinesLost { count: 2, problem: text() },
            Observation::LinesNotRead { count: 2 },
            Observation::Unknown { subject: text(), count: 1, span_ms: 60_000 },
        ]
    }

    #[test]
    fn every_notice_has_its_sentences_in_every_language() {
        for language in Language::ALL {
            let texts = Texts::get(language);
            for (name, kind) in NoticeKind::ALL {
                for who in [WhoActs::Service, WhoActs::PartnerAdmin] {
                    let evidence = observations()
                        .into_iter()
                        .map(|what| Noted { at: Timestamp::from_millis(0), what })
                        .collect();
                    let notice = Notice {
                        kind: *kind,
                        subject: "s.test".into(),
                        count: 3,
                        since: Timestamp::from_millis(0),
                        last: Timestamp::from_millis(0),
                        level: 0,
                        who,
                        evidence,
                        offers: Vec::new(),
                    };
                    // All mail programs are one matter: the evidence names them.
                    let speaks_for_all = *kind == NoticeKind::OldClients;
                    let is_named = notice.title(texts).contains("s.test");
                    assert_ne!(is_named, speaks_for_all, "{language:?} {name}");
                    let all = Notice { subject: ALL.into(), ..notice.clone() };
                    assert!(!all.title(texts).contains("(all)"), "{language:?} {name}");
                    let mut sentences =
                        vec![notice.title(texts), all.title(texts), notice.action(texts)];
                    sentences.extend(notice.lines(texts).into_iter().map(|line| line.finding));
                    for sentence in sentences {
                        let is_whole = !sentence.contains("notice-")
                            && !sentence.contains("noted-")
                            && !sentence.contains("{$")
                            && !sentence.is_empty();
                        assert!(is_whole, "{language:?} {name}: {sentence}");
                    }
                }
            }
        }
    }
}
