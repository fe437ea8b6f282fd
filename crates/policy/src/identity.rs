//! May this user use this sender?
//!
//! An authenticated user may use, in each field that `[identity].enforce` names (envelope, From,
//! Sender, Reply-To), the main address and the aliases of the mailbox, and what its `send_as` lists:
//! addresses, or whole domains as `@contoso.example`. Addresses are compared by
//! [`Address::mailbox_key`]; a domain in `send_as` does not hold its subdomains.
//!
//! Every address of a field must be the user's: a From with two authors needs both. The null
//! reverse-path is allowed (clients send read receipts with it, RFC 8098 section 2.1); so is a field
//! that is not there. Somebody who did not log in has no identity to check; what they may do is
//! [`relay`](crate::relay)'s question.
//!
//! **Servers and networks** have the domains they name: an inbound connector checks the fields of its own
//! `identity` against its `sender_domains`, an entry of `[relay].addresses` with `sender_domains` those of
//! `[identity].enforce` ([`MailPolicy::peer_identity`]). A listener can say otherwise than
//! `[identity]` (`identity`, `protect_own_domains`).
//!
//! **Our own domains from outside.** Strangers who hand in mail with a sender of ours pose as our users
//! ([`MailPolicy::own_domain_from_outside`]): refused in each field that `[identity].protect_own_domains`
//! names (envelope, From). Whoever is entitled to relay is no stranger, and neither is a peer that an
//! inbound connector recognises as one that sends for that domain.

use causeway_model::config::{DomainPattern, IdentityField};
use causeway_model::{Address, Domain, EnhancedCode, Reply, ReversePath};
use serde::Serialize;

use crate::MailPolicy;
use crate::inbound::PeerFacts;
use crate::index::pattern_text;
use crate::relay::{ClientFacts, Written, shown_network};

/// Whose addresses are whose.
#[derive(Clone, Copy, Debug)]
pub struct IdentityFacts<'a> {
    /// The mailbox that logged in: its main address.
    pub user: &'a Address,
    /// Its aliases.
    pub aliases: &'a [Address],
    /// What else it may send as: addresses, or domains as `@contoso.example`. An entry that is
    /// neither allows nothing.
    pub send_as: &'a [String],
    /// What the listener says is checked; `None`: what `[identity].enforce` says.
    pub enforce: Option<&'a [IdentityField]>,
}

/// What a message says about who sends it. At MAIL only the envelope is known; the rest is asked
/// at the end of the header.
#[derive(Clone, Copy, Debug, Default)]
pub struct SenderFields<'a> {
    /// The reverse-path.
    pub envelope: Option<&'a ReversePath>,
    /// The addresses of From.
    pub from: &'a [Address],
    /// The address of Sender.
    pub sender: Option<&'a Address>,
    /// The addresses of Reply-To.
    pub reply_to: &'a [Address],
}

/// The decision, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityDecision {
    /// The user may send this.
    pub allowed: bool,
    /// `identity.own` (allowed) or `identity.foreign-sender`.
    pub rule: &'static str,
    /// The field that is not theirs.
    pub field: Option<IdentityField>,
    /// In words.
    pub because: String,
    /// What to answer when it is refused: at MAIL (the envelope) `553 5.7.1 …`, at the end of the
    /// content `550 5.7.60 …`.
    pub reply: Option<Reply>,
}

/// The name of a field as people know it.
#[must_use]
pub const fn field_name(field: IdentityField) -> &'static str {
    match field {
        IdentityField::Envelope => "envelope sender (MAIL FROM)",
        IdentityField::From => "From",
        IdentityField::Sender => "Sender",
        IdentityField::ReplyTo => "Reply-To",
    }
}

impl MailPolicy {
    /// Decides whether an authenticated user may send with these sender fields; names the first
    /// field that is not theirs.
    #[must_use]
    pub fn identity(
        &self,
        facts: &IdentityFacts<'_>,
        fields: &SenderFields<'_>,
    ) -> IdentityDecision {
        let enforced = facts.enforce.unwrap_or(&self.flow().identity.enforce);
        let refused = enforced.iter().find_map(|&field| {
            addresses(fields, field)
                .into_iter()
                .find(|address| !facts.owns(address))
                .map(|address| (field, address))
        });
        let Some((field, address)) = refused else {
            return IdentityDecision {
                allowed: true,
                rule: "identity.own",
                field: None,
                because: format!("every sender address that is checked belongs to {}", facts.user),
                reply: None,
            };
        };
        let rule = "identity.foreign-sender";
        let because = format!(
            "{} may not send as {address} ({}); it may use {}",
            facts.user,
            field_name(field),
            facts.usable()
        );
        IdentityDecision {
            allowed: false,
            rule,
            field: Some(field),
            reply: Some(refusal(field, &because, rule)),
            because,
        }
    }

    /// Decides about mail that a stranger hands in on a listener for other servers: the refusal, when a
    /// protected field names one of our own domains. `protected` is what the listener says; `None`: what
    /// `[identity].protect_own_domains` says. `None` comes back when nothing is wrong with it.
    #[must_use]
    pub fn own_domain_from_outside(
        &self,
        client: &ClientFacts<'_>,
        fields: &SenderFields<'_>,
        protected: Option<&[IdentityField]>,
    ) -> Option<Reply> {
        let protected = protected.unwrap_or(&self.flow().identity.protect_own_domains);
        let (field, address) = protected.iter().find_map(|field| {
            addresses(fields, *field)
                .into_iter()
                .find(|address| self.accepted_domain(address.domain()).is_some())
                .map(|address| (*field, address))
        })?;
        if !self.is_stranger(client) {
            return None;
        }
        let rule = "identity.own-domain-from-outside";
        let because = format!(
            "{address} ({}) belongs to this organization; its users log in to send, on the \
             submission port; its servers need an inbound connector",
            field_name(field)
        );
        Some(Reply::new(550, Some(EnhancedCode::new(5, 7, 1)), format!("{because} (rule {rule})")))
    }
}

impl MailPolicy {
    /// Whether the header of what this client sends is checked by [`Self::peer_identity`].
    #[must_use]
    pub fn has_domains(&self, client: &ClientFacts<'_>) -> bool {
        if let Some(connector) = client.connector.and_then(|name| self.inbound_connector(name)) {
            return !connector.identity.is_empty();
        }
        match self.written_right(client.client, client.now) {
            Some(Written::Address(number, _)) => self.address_senders.contains_key(&number),
            _ => false,
        }
    }

    /// Whether nobody vouches for this client: no login, no right to relay, no inbound connector.
    #[must_use]
    pub fn is_stranger(&self, client: &ClientFacts<'_>) -> bool {
        client.connector.is_none() && self.entitlement(client).is_none()
    }

    /// The refusal for a client that has not logged in and uses a sender outside of the domains that are
    /// its own: those of the inbound connector that recognised it, in the fields that the connector's
    /// `identity` names; those of its entry in `[relay].addresses`, in the fields that `enforce` (else
    /// `[identity].enforce`) names. `None`: nothing is wrong with it.
    #[must_use]
    pub fn peer_identity(
        &self,
        client: &ClientFacts<'_>,
        fields: &SenderFields<'_>,
        enforce: Option<&[IdentityField]>,
    ) -> Option<Reply> {
        if client.authenticated_user.is_some() {
            return None;
        }
        if let Some(connector) = client.connector.and_then(|name| self.inbound_connector(name)) {
            let takes = |domain: &Domain| self.inbound.takes_domain(&connector.name, domain);
            let (field, address) = foreign(fields, &connector.identity, takes)?;
            return Some(self.foreign_domain(
                field,
                address,
                &format!("servers of the connector \"{}\"", connector.name.escape_default()),
                &connector.sender_domains,
            ));
        }
        let Written::Address(number, entry) = self.written_right(client.client, client.now)? else {
            return None;
        };
        let senders = self.address_senders.get(&number)?;
        let enforced = enforce.unwrap_or(&self.flow().identity.enforce);
        let (field, address) = foreign(fields, enforced, |domain| senders.takes(domain))?;
        let who = shown_network(entry.address);
        Some(self.foreign_domain(field, address, &who, &entry.sender_domains))
    }

    /// The refusal for a peer that a connector with `identity = ["envelope", …]` knows, and whose
    /// envelope sender none of the connectors that know it takes.
    #[must_use]
    pub fn peer_sender(&self, peer: &PeerFacts<'_>) -> Option<Reply> {
        let sender = peer.sender?.address()?;
        let connector = self.inbound.checking(self.flow(), peer)?;
        Some(self.foreign_domain(
            IdentityField::Envelope,
            sender,
            &format!("servers of the connector \"{}\"", connector.name.escape_default()),
            &connector.sender_domains,
        ))
    }

    fn foreign_domain(
        &self,
        field: IdentityField,
        address: &Address,
        who: &str,
        domains: &[DomainPattern],
    ) -> Reply {
        const SHOWN: usize = 3;
        let mut usable: Vec<String> = domains.iter().take(SHOWN).map(pattern_text).collect();
        if domains.len() > SHOWN {
            usable.push(format!("and {} more", domains.len() - SHOWN));
        }
        let because = format!(
            "{who} may not send as {address} ({}); allowed are addresses of {}",
            field_name(field),
            usable.join(", ")
        );
        refusal(field, &because, "identity.foreign-sender")
    }
}

/// The first address of a checked field whose domain is not among the allowed ones.
fn foreign<'a>(
    fields: &SenderFields<'a>,
    checked: &[IdentityField],
    takes: impl Fn(&Domain) -> bool,
) -> Option<(IdentityField, &'a Address)> {
    checked.iter().find_map(|&field| {
        let mut found = addresses(fields, field).into_iter();
        Some((field, found.find(|address| !takes(address.domain()))?))
    })
}

fn refusal(field: IdentityField, because: &str, rule: &str) -> Reply {
    let (code, enhanced) = match field {
        IdentityField::Envelope => (553, EnhancedCode::new(5, 7, 1)),
        IdentityField::From | IdentityField::Sender | IdentityField::ReplyTo => {
            (550, EnhancedCode::new(5, 7, 60))
        }
    };
    Reply::new(code, Some(enhanced), format!("{because} (rule {rule})"))
}

fn addresses<'a>(fields: &SenderFields<'a>, field: IdentityField) -> Vec<&'a Address> {
    match field {
        IdentityField::Envelope => {
            fields.envelope.and_then(ReversePath::address).into_iter().collect()
        }
        IdentityField::From => fields.from.iter().collect(),
        IdentityField::Sender => fields.sender.into_iter().collect(),
        IdentityField::ReplyTo => fields.reply_to.iter().collect(),
    }
}

impl IdentityFacts<'_> {
    /// True when the user may use this address.
    #[must_use]
    pub fn owns(&self, address: &Address) -> bool {
        let key = address.mailbox_key();
        self.user.mailbox_key() == key
            || self.aliases.iter().any(|alias| alias.mailbox_key() == key)
            || self.send_as.iter().any(|entry| match entry.strip_prefix('@') {
                Some(domain) => Domain::parse(domain).is_ok_and(|d| d == *address.domain()),
                None => Address::parse(entry).is_ok_and(|a| a.mailbox_key() == key),
            })
    }

    /// The first few of what the user may use, short enough for a reply line.
    fn usable(&self) -> String {
        let mut text = self.user.to_string();
        let aliases = self.aliases.iter().map(ToString::to_string);
        let mut left = self.aliases.len() + self.send_as.len();
        for entry in aliases.chain(self.send_as.iter().cloned()).take(2) {
            if text.len() + entry.len() > 120 || entry.contains(char::is_control) {
                break;
            }
            text.push_str(", ");
            text.push_str(&entry);
            left -= 1;
        }
        if left > 0 {
            text.push_str(&format!(" and {left} more"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use causeway_model::config::MailFlow;

    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn decide(enforce: &[IdentityField], fields: &SenderFields<'_>) -> IdentityDecision {
        let mut flow = MailFlow::default();
        flow.identity.enforce = enforce.to_vec();
        let policy = MailPolicy::compile(Arc::new(flow), "mx.ours.test");
        let (user, aliases) = (address("alice@ours.test"), [address("sales@ours.test")]);
        let send_as = ["@team.test".to_owned(), "boss@ours.test".to_owned(), "nonsense".to_owned()];
        let facts =
            IdentityFacts { user: &user, aliases: &aliases, send_as: &send_as, enforce: None };
        policy.identity(&facts, fields)
    }

    const ALL: [IdentityField; 4] = [
        IdentityField::Envelope,
        IdentityField::From,
        IdentityField::Sender,
        IdentityField::ReplyTo,
    ];

    #[test]
    fn a_user_may_use_what_is_theirs_in_any_spelling() {
        for own in [
            "alice@ours.test",
            "ALICE@Ours.Test",
            "\"alice\"@ours.test",
            "sales@ours.test",
            "boss@ours.test",
            "anybody@team.test",
        ] {
            let own = [address(own)];
            let path = ReversePath::Address(own[0].clone());
            let fields = SenderFields {
                envelope: Some(&path),
                from: &own,
                sender: Some(&own[0]),
                reply_to: &own,
            };
            assert!(decide(&ALL, &fields).allowed, "{own:?}");
        }
        let nothing = SenderFields { envelope: Some(&ReversePath::Null), ..Default::default() };
        assert!(decide(&ALL, &nothing).allowed);
    }

    #[test]
    fn each_field_is_checked_by_itself_and_named() {
        let (own, foreign) = (address("alice@ours.test"), address("bob@ours.test"));
        let (own_path, foreign_path) =
            (ReversePath::Address(own.clone()), ReversePath::Address(foreign.clone()));
        let (own_list, mixed) = ([own.clone()], [own.clone(), foreign.clone()]);
        let good = SenderFields {
            envelope: Some(&own_path),
            from: &own_list,
            sender: Some(&own),
            reply_to: &own_list,
        };
        let cases = [
            (IdentityField::Envelope, SenderFields { envelope: Some(&foreign_path), ..good }),
            (IdentityField::From, SenderFields { from: &mixed, ..good }),
            (IdentityField::Sender, SenderFields { sender: Some(&foreign), ..good }),
            (IdentityField::ReplyTo, SenderFields { reply_to: &mixed, ..good }),
        ];
        for (field, fields) in cases {
            let decision = decide(&ALL, &fields);
            assert_eq!((decision.allowed, decision.field), (false, Some(field)));
            let reply = decision.reply.unwrap();
            let code = if field == IdentityField::Envelope { "553 5.7.1" } else { "550 5.7.60" };
            assert_eq!(reply.code_text(), code);
            assert!(reply.lines[0].contains(field_name(field)), "{reply}");
            assert!(reply.lines[0].contains("bob@ours.test"), "{reply}");
            let others: Vec<_> = ALL.into_iter().filter(|f| *f != field).collect();
            assert!(decide(&others, &fields).allowed, "{field:?} is not enforced");
        }
    }

    #[test]
    fn strangers_do_not_pose_as_our_users() {
        use causeway_model::config::{AcceptedDomain, DomainType};
        let mut flow = MailFlow::default();
        flow.domains.push(AcceptedDomain {
            name: Domain::parse("ours.test").unwrap(),
            domain_type: DomainType::Authoritative,
            match_subdomains: false,
        });
        let policy = MailPolicy::compile(Arc::new(flow.clone()), "mx.ours.test");
        let sender = ReversePath::Address(address("alice@ours.test"));
        let foreign = ReversePath::Address(address("a@ext.test"));
        let from = [address("alice@ours.test")];
        let stranger = ClientFacts {
            client: "198.51.100.9".parse().unwrap(),
            authenticated_user: None,
            pop_login: None,
            connector: None,
            sender: &sender,
            tls: false,
            now: causeway_model::Timestamp::default(),
        };
        let ours = SenderFields { envelope: Some(&sender), ..Default::default() };
        let listed = SenderFields { envelope: Some(&foreign), from: &from, ..Default::default() };
        let reply = policy.own_domain_from_outside(&stranger, &ours, None).unwrap();
        assert_eq!(reply.code_text(), "550 5.7.1");
        // Mailing lists bring our own users' From back: not protected unless written.
        assert_eq!(policy.own_domain_from_outside(&stranger, &listed, None), None);
        for vouched in [
            ClientFacts { client: "127.0.0.1".parse().unwrap(), ..stranger },
            ClientFacts { authenticated_user: Some("bob@ours.test"), ..stranger },
            ClientFacts { connector: Some("from the newsletter service"), ..stranger },
        ] {
            assert_eq!(policy.own_domain_from_outside(&vouched, &ours, None), None, "{vouched:?}");
        }
        flow.identity.protect_own_domains = vec![IdentityField::From];
        let policy = MailPolicy::compile(Arc::new(flow.clone()), "mx.ours.test");
        assert_eq!(policy.own_domain_from_outside(&stranger, &ours, None), None);
        assert!(policy.own_domain_from_outside(&stranger, &listed, None).is_some());
    }

    #[test]
    fn peers_and_authorised_addresses_have_the_domains_they_name() {
        let text = "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
             sender_domains = [\"ours.test\", \"*.ours.test\"]\nsource_addresses = [\"192.0.2.7\"]\n\
             identity = [\"envelope\", \"from\"]\n\
             [relay]\naddresses = [{ address = \"192.0.2.8\", sender_domains = [\"branch.test\"] }]\n\
             [identity]\nenforce = [\"envelope\", \"from\"]\n";
        let flow = MailFlow::parse(text, "mailflow.toml").unwrap().0;
        let policy = MailPolicy::compile(Arc::new(flow), "mx.ours.test");
        let ask = |client: &str, connector, from: &str, enforce: Option<&[IdentityField]>| {
            let from = [address("x@ours.test"), address(from)];
            let from = if connector { &from[..] } else { &from[1..] };
            let sender = ReversePath::Null;
            let client = ClientFacts {
                client: client.parse().unwrap(),
                authenticated_user: None,
                pop_login: None,
                connector: connector.then_some("own"),
                sender: &sender,
                tls: true,
                now: causeway_model::Timestamp::default(),
            };
            let fields = SenderFields { from, ..SenderFields::default() };
            policy.peer_identity(&client, &fields, enforce).map(|reply| reply.to_string())
        };
        assert_eq!(ask("192.0.2.7", true, "a@sub.ours.test", None), None);
        let reply = ask("192.0.2.7", true, "a@ext.test", None).unwrap();
        assert!(reply.starts_with("550 5.7.60") && reply.contains("a@ext.test (From)"), "{reply}");
        assert!(reply.contains("ours.test, *.ours.test"), "{reply}");
        assert_eq!(ask("192.0.2.8", false, "a@branch.test", None), None);
        assert!(ask("192.0.2.8", false, "a@ours.test", None).is_some());
        // The listener can say that nothing is checked there.
        assert_eq!(ask("192.0.2.8", false, "a@ours.test", Some(&[])), None);
        assert_eq!(ask("192.0.2.9", false, "a@ext.test", None), None);

        let peer = |sender: &ReversePath, client: &str| {
            let client = client.parse().unwrap();
            let facts = PeerFacts { client, certificate_names: &[], sender: Some(sender) };
            policy.peer_sender(&facts).map(|reply| reply.to_string())
        };
        let foreign = ReversePath::Address(address("a@ext.test"));
        let reply = peer(&foreign, "192.0.2.7").unwrap();
        assert!(reply.starts_with("553 5.7.1") && reply.contains("envelope sender"), "{reply}");
        assert_eq!(peer(&ReversePath::Null, "192.0.2.7"), None);
        assert_eq!(peer(&ReversePath::Address(address("a@ours.test")), "192.0.2.7"), None);
        assert_eq!(peer(&foreign, "192.0.2.9"), None);
    }

    #[test]
    fn a_domain_to_send_as_does_not_hold_its_subdomains() {
        let from = [address("a@sub.team.test")];
        assert!(!decide(&ALL, &SenderFields { from: &from, ..Default::default() }).allowed);
    }
}
