//! `relay explain`: the decision of the session, asked for beforehand, and what else a session would say.
//!
//! `allowed` answers about relaying alone. What a session asks besides (does the recipient exist, may this user
//! or peer use this sender, does a stranger use one of our domains) comes as notes, with the reply.

use std::net::IpAddr;
use std::time::Duration;

use causeway_accounts::Accounts as _;
use causeway_admin::types::{RelayExplanation, RelayQuestion};
use causeway_catalog::{Texts, Value};
use causeway_model::config::{Language, Suspected};
use causeway_model::{Address, Reply, ReversePath, Timestamp};
use causeway_policy::said::Said;
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
    let peer = PeerFacts { client, certificate_names: &[], sender: Some(sender) };
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
            notes.push(spoken("relay-note-refused", "reply", reply.to_string(), texts));
        }
        if self.question.pop_login && !self.policy.flow().relay.pop_before_smtp.enabled {
            notes.push(texts.text("relay-note-pop-off"));
        }
        RelayExplanation {
            is_relay: decision.is_relay,
            allowed: decision.allowed,
            rule: decision.rule.id().to_owned(),
            because: said(&decision.because, texts),
            reply: decision.reply.map(|reply| reply.to_string()),
            allowed_if: decision.allowed_if.iter().map(|said_if| said(said_if, texts)).collect(),
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
            tls: false,
            now: self.now,
        }
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
fn said(said: &Said, texts: &Texts) -> String {
    let values: Vec<(&str, Value<'_>)> =
        said.values.iter().map(|(name, value)| (*name, Value::from(value))).collect();
    texts.format(said.key, &values)
}
