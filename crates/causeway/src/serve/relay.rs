//! `relay explain`: the decision of the session, asked for beforehand, and what else a session would say.
//!
//! `allowed` answers about relaying alone. What a session asks besides (does the recipient exist, may this user
//! or peer use this sender, does a stranger use one of our domains) comes as notes, with the reply.

use std::net::IpAddr;
use std::time::Duration;

use causeway_accounts::Accounts as _;
use causeway_admin::types::{RelayExplanation, RelayQuestion};
use causeway_catalog::Texts;
use causeway_catalog::sentence::Sentence;
use causeway_model::config::{Language, Suspected};
use causeway_model::{Address, Reply, ReversePath, Said, Timestamp};
use causeway_policy::{
    ClientFacts, IdentityFacts, MailPolicy, PeerFacts, PopLogin, RESTRICTED_SENDER,
    RecipientDecision, RelayFacts, SenderFields,
};

use super::Server;
use super::mailboxes::MailboxMap;

/// What an answer needs beside the question.
struct Asked<'a> {
    policy: &'a MailPolicy,
    mailboxes: &'a MailboxMap,
    question: &'a RelayQuestion,
    sender: &'a ReversePath,
    client: IpAddr,
    pop: Option<(String, Duration)>,
    connector: Option<&'a str>,
    now: Timestamp,
}

/// Answers the question.
pub(super) fn explain(
    server: &Server,
    question: &RelayQuestion,
    sender: &ReversePath,
) -> RelayExplanation {
    let policy = server.policy.load_full();
    let client = question.from_ip.to_canonical();
    let now = server.dispatch.now();
    let certificate_names = question.client_certificate.as_slice();
    let peer = PeerFacts { client, certificate_names, sender: Some(sender) };
    let window = policy.flow().relay.pop_before_smtp.window;
    let known = server.pop_register.entitlement(client, now);
    let supposed = || ("the POP3 login".to_owned(), window);
    let asked = Asked {
        policy: &policy,
        mailboxes: &server.mailboxes,
        question,
        sender,
        client,
        pop: known.or_else(|| question.pop_login.then(supposed)),
        connector: policy.recognise(&peer).map(|connector| connector.name.as_str()),
        now,
    };
    let texts = Texts::get(question.language.unwrap_or(Language::En));
    asked.answer(&peer, texts)
}

impl Asked<'_> {
    fn answer(&self, peer: &PeerFacts<'_>, texts: &Texts) -> RelayExplanation {
        let client = self.client_facts();
        let decision = self.policy.relay(&RelayFacts {
            client: client.client,
            authenticated_user: client.authenticated_user,
            pop_login: client.pop_login,
            connector: client.connector,
            sender: client.sender,
            recipient: &self.question.recipient,
            tls: client.tls,
            now: client.now,
            points_here: false,
        });
        let restriction = match self.question.user {
            None => self.policy.restricted_sender(peer),
            Some(_) => None,
        };
        if let Some(reply) = restriction {
            return restricted(self.sender, decision.is_relay, &reply, texts);
        }
        let mut notes = Vec::new();
        let other = self.other_refusal(peer, &client, decision.allowed, texts, &mut notes);
        if let Some(reply) = &other {
            let key = match decision.allowed {
                true => "relay-note-refused",
                false => "relay-note-refused-before",
            };
            notes.push(spoken(key, "reply", reply.to_string(), texts));
        }
        if self.question.pop_login && !self.policy.flow().relay.pop_before_smtp.enabled {
            notes.push(texts.text("relay-note-pop-off"));
        }
        RelayExplanation {
            is_relay: decision.is_relay,
            allowed: decision.allowed,
            rule: decision.rule.id().to_owned(),
            because: said(decision.because, texts),
            reply: decision.reply.map(|reply| reply.to_string()),
            allowed_if: decision
                .allowed_if
                .into_iter()
                .map(|condition| said(condition, texts))
                .collect(),
            notes,
            session_reply: other.map(|reply| reply.to_string()),
        }
    }

    fn client_facts(&self) -> ClientFacts<'_> {
        ClientFacts {
            client: self.client,
            authenticated_user: self.question.user.as_deref(),
            pop_login: self
                .pop
                .as_ref()
                .map(|(user, left)| PopLogin { user: user.as_str(), time_left: *left }),
            connector: self.connector,
            sender: self.sender,
            // Only under TLS is a certificate shown.
            tls: self.question.tls || self.question.client_certificate.is_some(),
            now: self.now,
        }
    }

    /// The refusal of a peer whose connector demands TLS. Users log in under TLS: they are not asked for it.
    fn demand(&self, tls: bool) -> Option<Reply> {
        let connector = self.policy.inbound_connector(self.connector?)?;
        self.policy.inbound_demand(connector, tls)
    }

    /// What a session would refuse for another reason than relaying.
    fn other_refusal(
        &self,
        peer: &PeerFacts<'_>,
        client: &ClientFacts<'_>,
        is_allowed: bool,
        texts: &Texts,
        notes: &mut Vec<String>,
    ) -> Option<Reply> {
        let fields = SenderFields { envelope: Some(self.sender), ..SenderFields::default() };
        if let Some(user) = &self.question.user {
            let Some(mailbox) =
                Address::parse(user).ok().and_then(|a| self.mailboxes.account(&a.mailbox_key()))
            else {
                notes.push(spoken("relay-note-no-user", "user", user.clone(), texts));
                return None;
            };
            let decision = self.policy.identity(
                &IdentityFacts {
                    user: &mailbox.address,
                    aliases: &mailbox.aliases,
                    send_as: &mailbox.send_as,
                    enforce: None,
                },
                &fields,
            );
            if !decision.allowed {
                return decision.reply;
            }
        } else if let Some(reply) = self
            .policy
            .peer_sender(peer)
            .or_else(|| self.demand(client.tls))
            .or_else(|| self.policy.peer_identity(client, &fields, None))
        {
            return Some(reply);
        }
        if !is_allowed {
            return None;
        }
        if let Some(reply) = self.policy.own_domain_from_outside(client, &fields, None) {
            match self.policy.flow().identity.own_domains_from_outside {
                Suspected::Refuse => return Some(reply),
                Suspected::Hold => {
                    let reason = reply.lines.join(" ");
                    notes.push(spoken("relay-note-held", "reason", reason, texts));
                }
            }
        }
        match self.policy.recipient(&self.question.recipient, self.mailboxes) {
            RecipientDecision::Unknown(reply) => Some(reply),
            _ => None,
        }
    }
}

/// Refused at MAIL, before anybody asks about relaying.
fn restricted(
    sender: &ReversePath,
    is_relay: bool,
    reply: &Reply,
    texts: &Texts,
) -> RelayExplanation {
    RelayExplanation {
        is_relay,
        allowed: false,
        rule: RESTRICTED_SENDER.to_owned(),
        because: spoken("relay-restricted", "sender", sender.to_string(), texts),
        reply: Some(reply.to_string()),
        allowed_if: ["relay-if-connector-peer", "relay-if-unrestricted"]
            .map(|key| texts.text(key))
            .into(),
        notes: Vec::new(),
        session_reply: None,
    }
}

fn spoken(key: &str, name: &str, value: String, texts: &Texts) -> String {
    texts.format(key, &[(name, value.into())])
}

/// A sentence of a decision in a language.
fn said(said: Said, texts: &Texts) -> String {
    Sentence::from(said).speak(texts.language()).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use causeway_model::config::MailFlow;

    use super::*;

    const FLOW: &str = r#"
        [[domain]]
        name = "ours.test"
        match_subdomains = true
        [[domain]]
        name = "relay.test"
        type = "internal_relay"
        match_subdomains = true
        [[connector]]
        name = "own"
        direction = "inbound"
        peer = "on_premises"
        sender_domains = ["ours.test"]
        source_addresses = ["192.0.2.1"]
        [[connector]]
        name = "partner"
        direction = "inbound"
        peer = "partner"
        sender_domains = ["*"]
        source_addresses = ["192.0.2.2"]
        [relay]
        networks = ["192.0.2.16/28", "192.0.2.32/28"]
        addresses = [
            { address = "192.0.2.3" }, { address = "192.0.2.4", note = "fair" }, { address = "192.0.2.5", until = 2099-01-01 },
            { address = "192.0.2.6", note = "fair", until = 2099-01-01 }, { address = "192.0.2.7", until = 2001-01-01 },
        ]
        pop_before_smtp = { enabled = true }
    "#;

    /// Everything that the policy says, whoever asks for whatever.
    fn sentences() -> Vec<Said> {
        let flow = MailFlow::parse(FLOW, "mailflow.toml").unwrap().0;
        let policy = MailPolicy::compile(Arc::new(flow.clone()), "mx.ours.test");
        let mut fewer = flow;
        fewer.relay.networks.pop();
        let smaller = MailPolicy::compile(Arc::new(fewer), "mx.ours.test");
        let recipients = [
            "a@ours.test",
            "a@x.ours.test",
            "a@relay.test",
            "a@x.relay.test",
            "a%b@relay.test",
            "a@ext.test",
            "postmaster@[127.0.0.1]",
        ];
        let mut found = Vec::new();
        for policy in [&policy, &smaller] {
            for (host, connector) in [
                (1, Some("own")),
                (2, Some("partner")),
                (3, None),
                (4, None),
                (5, None),
                (6, None),
                (7, None),
                (9, None),
                (17, None),
            ] {
                for recipient in recipients {
                    for tls in [false, true] {
                        for (user, pop, sender) in [
                            (None, false, "a@ours.test"),
                            (None, false, "a@ext.test"),
                            (None, true, "a@ext.test"),
                            (Some("u@ours.test"), false, "a@ours.test"),
                        ] {
                            let (sender, recipient) = (
                                ReversePath::Address(sender.parse().unwrap()),
                                recipient.parse().unwrap(),
                            );
                            for points_here in [false, true] {
                                let decision = policy.relay(&RelayFacts {
                                    client: IpAddr::from([192, 0, 2, host]),
                                    authenticated_user: user,
                                    pop_login: pop.then_some(PopLogin {
                                        user: "p@ours.test",
                                        time_left: Duration::from_secs(60),
                                    }),
                                    connector,
                                    sender: &sender,
                                    recipient: &recipient,
                                    tls,
                                    now: Timestamp::from_millis(1_795_219_200_000),
                                    points_here,
                                });
                                found.push(decision.because);
                                found.extend(decision.allowed_if);
                            }
                        }
                    }
                }
            }
        }
        found
    }

    #[test]
    fn every_sentence_is_in_the_catalog_and_reads_in_english_as_it_does_in_replies() {
        let texts = Texts::get(Language::En);
        let mut keys = BTreeSet::new();
        for sentence in sentences() {
            assert_eq!(said(sentence.clone(), texts), sentence.english, "{}", sentence.key);
            keys.insert(sentence.key);
        }
        let file = include_str!("../../../../locales/en/relay.ftl");
        // Those that this file says itself.
        let own =
            ["relay-note-", "relay-restricted", "relay-if-connector-peer", "relay-if-unrestricted"];
        for line in file.lines().filter(|line| line.starts_with("relay-")) {
            let key = line.split(' ').next().unwrap();
            let is_own = own.iter().any(|own| key.starts_with(own));
            assert!(is_own || keys.contains(key), "nobody says {key}");
        }
    }
}
