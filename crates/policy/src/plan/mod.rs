//! What would this change do? The rehearsal of a new configuration.
//!
//! **What it is for.** [`Planner`] compares the configuration in force with a proposed one: what changes,
//! in the words of mail flow, and what that does to the mail that waits, to the mailboxes, and to who may
//! send through this server. `plan`, `apply`, `revert` and every command that edits the file show the
//! same [`Plan`] before anything happens.
//!
//! **What it promises.** Pure: the queue, the mailboxes and what [`check`](fn@crate::check) found are
//! handed in, nothing is changed. A recipient costs a few look-ups, so 100,000 of them take well under a
//! second. The decisions are those that the server takes: the same functions are asked twice, once
//! under each configuration.
//!
//! **What it refuses.** A plan carries [`Plan::refused`] when the new configuration must not be used:
//! it has errors, it would make an open relay, or (unless forced) it gives up a domain for which mail
//! waits.
//!
//! **In which order to read.** This file, `changes` (what differs), `ways` (queued mail), `domains` (accepted
//! domains), `peers` (whom inbound connectors know), `refusals` (what these refuse), `back` (whose mail is not
//! handed back), `rights` (relay) with `stretches` and `written` (networks and addresses).

mod back;
mod changes;
mod domains;
mod peers;
mod refusals;
mod rights;
mod stretches;
mod ways;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use causeway_catalog::sentence::{Parts, Sentence, Variable};
use causeway_model::config::{InboundConnector, Language, MailFlow, Problem, Severity};
use causeway_model::{Address, Domain, Origin, Reply, ReversePath, Timestamp};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::changes::changes;
use self::peers::{Peers, same_but_notes};
use self::ways::Followed;
use crate::{MailPolicy, MailboxLookup, PeerFacts, RelayFacts, SenderFields, selftest};

/// A recipient that waits.
#[derive(Clone, Copy, Debug)]
pub struct QueuedRecipient<'a> {
    /// Where the message is to go.
    pub address: &'a Address,
    /// Who sent it.
    pub sender: &'a ReversePath,
    /// Who handed it in.
    pub origin: &'a Origin,
}

/// What a change would do. Serializes as `plan` of INTERFACE.md, with `can_be_forced` in addition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// What changes, one sentence each; empty when only comments and layout do.
    #[schema(value_type = Vec<String>)]
    pub changes: Vec<Sentence>,
    /// What that does, the most serious first.
    pub effects: Vec<Effect>,
    /// Why it must not be done.
    #[schema(value_type = Option<String>)]
    pub refused: Option<Sentence>,
    /// The refusal is about what is lost, and an administrator can insist on it.
    pub can_be_forced: bool,
}

/// One thing that a change does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Effect {
    /// What kind of thing.
    pub kind: EffectKind,
    /// How many of what the kind is about: queued recipients, mailboxes, domains, fields, or peers and entries of
    /// the file. Never 0.
    pub count: u64,
    /// In words.
    #[schema(value_type = String)]
    pub detail: Sentence,
}

/// What a change can do, the most serious first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Queued recipients have no way out any more. In a loop they are returned to their senders at
    /// once; without a connector they wait for one, and are returned when their time is over.
    Returned,
    /// Queued recipients do not exist any more; domains whose recipients that are not here are refused.
    UnknownRecipients,
    /// Internal relay domains whose recipients elsewhere cannot be reached from now on.
    Undeliverable,
    /// Mail for the internet leaves directly, as the connector that it was to go through is disabled.
    InternetDirect,
    /// Domains for which mail from outside is refused from now on.
    DomainsLost,
    /// Mailboxes whose domain is no longer accepted.
    MailboxesUnreachable,
    /// Queued recipients that would be refused if they came in now; they stay in the queue.
    WouldBeRefused,
    /// Sender domains whose mail is refused from now on from everybody but one connector's peer, or from
    /// servers that were known for them.
    SendersRestricted,
    /// Peers whose mail is refused without TLS from now on.
    TlsDemanded,
    /// Fields in which users may use only their own addresses, or strangers none of our domains, from
    /// now on.
    SendersRefused,
    /// Entries that no longer give the right to relay.
    RelayLost,
    /// Entries that give the right to relay from now on.
    RelayGained,
    /// Fields in which they may use any from now on.
    SendersAllowed,
    /// Sender domains whose mail is taken from everybody from now on.
    SendersUnrestricted,
    /// Domains whose recipients that are not here are taken and sent on from now on.
    UnknownTaken,
    /// Peers whose mail goes through a connector no longer, or from now on, because of what is the way back.
    PeersRerouted,
    /// Queued recipients take another way.
    Rerouted,
    /// Queued recipients take the same way under other demands.
    SentDifferently,
}

impl Effect {
    /// The same in another language.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        Self { kind: self.kind, count: self.count, detail: self.detail.speak(language) }
    }
}

impl EffectKind {
    /// True when something is taken away that somebody may miss.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        matches!(
            self,
            Self::Returned
                | Self::UnknownRecipients
                | Self::Undeliverable
                | Self::InternetDirect
                | Self::DomainsLost
                | Self::MailboxesUnreachable
                | Self::WouldBeRefused
                | Self::SendersRestricted
                | Self::TlsDemanded
                | Self::SendersRefused
                | Self::RelayLost
        )
    }

    /// True when somebody may do more than before.
    #[must_use]
    pub const fn is_gain(self) -> bool {
        matches!(
            self,
            Self::RelayGained
                | Self::SendersAllowed
                | Self::SendersUnrestricted
                | Self::UnknownTaken
        )
    }

    /// The word in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::UnknownRecipients => "unknown_recipients",
            Self::Undeliverable => "undeliverable",
            Self::InternetDirect => "internet_direct",
            Self::DomainsLost => "domains_lost",
            Self::MailboxesUnreachable => "mailboxes_unreachable",
            Self::WouldBeRefused => "would_be_refused",
            Self::SendersRestricted => "senders_restricted",
            Self::TlsDemanded => "tls_demanded",
            Self::SendersRefused => "senders_refused",
            Self::RelayLost => "relay_lost",
            Self::RelayGained => "relay_gained",
            Self::SendersAllowed => "senders_allowed",
            Self::SendersUnrestricted => "senders_unrestricted",
            Self::UnknownTaken => "unknown_taken",
            Self::PeersRerouted => "peers_rerouted",
            Self::Rerouted => "rerouted",
            Self::SentDifferently => "sent_differently",
        }
    }
}

impl Plan {
    /// The same in another language.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        Self {
            changes: self.changes.iter().map(|change| change.speak(language)).collect(),
            effects: self.effects.iter().map(|effect| effect.speak(language)).collect(),
            refused: self.refused.as_ref().map(|refused| refused.speak(language)),
            can_be_forced: self.can_be_forced,
        }
    }

    /// True when something is taken away: to be asked about before it is done.
    #[must_use]
    pub fn is_destructive(&self) -> bool {
        self.effects.iter().any(|effect| effect.kind.is_loss())
    }

    /// True when it must not be done, even by an administrator who insists.
    #[must_use]
    pub const fn stands_refused(&self, forced: bool) -> bool {
        self.refused.is_some() && !(forced && self.can_be_forced)
    }
}

/// Compares two configurations and follows the queue through both.
pub struct Planner<'p> {
    old: &'p MailPolicy,
    new: &'p MailPolicy,
    mailboxes: &'p dyn MailboxLookup,
    now: Timestamp,
    followed: Followed<'p>,
    /// Rights, domains or inbound connectors differ.
    admission_differs: bool,
    /// The code of the refusal that is new; `None`: there is none.
    admitted: HashMap<Admission, Option<String>>,
    /// Queued recipients by the code that they would be refused with.
    would_be_refused: BTreeMap<String, u64>,
    /// Queued recipients of domains that are no longer accepted.
    stranded: BTreeMap<Domain, u64>,
}

/// Everything on which the right to send to a recipient depends.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Admission {
    client: IpAddr,
    connector: Option<String>,
    logged_in: bool,
    tls: bool,
    sender: Option<Domain>,
    recipient: Domain,
    is_routed: bool,
}

impl<'p> Planner<'p> {
    /// `old` is in force, `new` is proposed; `now` is for rights that end.
    #[must_use]
    pub fn new(
        old: &'p MailPolicy,
        new: &'p MailPolicy,
        mailboxes: &'p dyn MailboxLookup,
        now: Timestamp,
    ) -> Self {
        Self {
            old,
            new,
            mailboxes,
            now,
            followed: Followed::new(old, new),
            admission_differs: admission_differs(old.flow(), new.flow()),
            admitted: HashMap::new(),
            would_be_refused: BTreeMap::new(),
            stranded: BTreeMap::new(),
        }
    }

    /// Follows one queued recipient.
    pub fn recipient(&mut self, queued: &QueuedRecipient<'_>) {
        self.followed.recipient(queued, self.mailboxes);
        if !self.admission_differs {
            return;
        }
        let domain = queued.address.domain();
        let lost = self.new.accepted_domain(domain).is_none()
            && self.old.accepted_domain(domain).is_some();
        if lost {
            *self.stranded.entry(domain.clone()).or_default() += 1;
        }
        if let Some(code) = self.new_refusal(queued).filter(|_| !lost) {
            *self.would_be_refused.entry(code).or_default() += 1;
        }
    }

    /// What the change does. `mailboxes` are the main addresses of all mailboxes, `problems` what is
    /// wrong with the new configuration.
    #[must_use]
    pub fn finish<'m>(
        self,
        mailboxes: impl IntoIterator<Item = &'m Address>,
        problems: &[Problem],
    ) -> Plan {
        let refusal = self.refusal(problems);
        let mut effects = Vec::new();
        let accepted =
            |policy: &MailPolicy, domain: &Domain| policy.accepted_domain(domain).is_some();
        let unreachable: Vec<String> = mailboxes
            .into_iter()
            .filter(|mailbox| {
                accepted(self.old, mailbox.domain()) && !accepted(self.new, mailbox.domain())
            })
            .map(ToString::to_string)
            .collect();
        if !unreachable.is_empty() {
            effects.push(Effect {
                kind: EffectKind::MailboxesUnreachable,
                count: unreachable.len() as u64,
                detail: Parts::of("effect-unreachable").with("who", listed(unreachable)).into(),
            });
        }
        effects.append(&mut domains::effects(self.old, self.new));
        effects.extend(self.would_be_refused.into_iter().map(|(code, count)| Effect {
            kind: EffectKind::WouldBeRefused,
            count,
            detail: Parts::of("effect-would-be-refused").with("code", code).into(),
        }));
        let peers = Peers::of(self.old, self.new, self.now);
        effects.append(&mut refusals::effects(self.old, self.new, &peers));
        effects.append(&mut back::effects(self.old, self.new, &peers));
        effects.append(&mut rights::effects(self.old, self.new, &peers, self.now));
        effects.append(&mut self.followed.effects());
        effects.sort_by_key(|effect| effect.kind);
        let (refused, can_be_forced) = match refusal {
            Some((refused, can_be_forced)) => (Some(refused), can_be_forced),
            None => (None, false),
        };
        let changes = changes::changes(self.old.flow(), self.new.flow());
        Plan { changes, effects, refused, can_be_forced }
    }

    /// Why it must not be done, and whether one can insist.
    fn refusal(&self, problems: &[Problem]) -> Option<(Sentence, bool)> {
        let errors: Vec<&Problem> =
            problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        if let Some(first) = errors.first() {
            let refused = match errors.len() {
                1 => (*first).into(),
                n => Parts::of("refused-problems")
                    .with("problem", Sentence::from(*first))
                    .with("count", (n - 1) as u64)
                    .into(),
            };
            return Some((refused, false));
        }
        if let Err(failures) = selftest(self.new) {
            let first = failures.first().map(ToString::to_string).unwrap_or_default();
            return Some((Parts::of("refused-relay").with("answer", first).into(), false));
        }
        let stranded: u64 = self.stranded.values().sum();
        (stranded > 0).then(|| {
            let domains: Vec<String> = self.stranded.keys().map(ToString::to_string).collect();
            let first = domains.first().cloned().unwrap_or_default();
            let refused = Parts::of("refused-stranded")
                .with("count", stranded)
                .with("domains", listed(domains))
                .with("first", first);
            (refused.into(), true)
        })
    }

    /// The code with which it is refused under the new configuration, when the old one takes it.
    fn new_refusal(&mut self, queued: &QueuedRecipient<'_>) -> Option<String> {
        let client = queued.origin.address?;
        let question = Admission {
            client,
            connector: queued.origin.connector.clone(),
            logged_in: queued.origin.user.is_some(),
            tls: queued.origin.tls.is_some(),
            sender: queued.sender.address().map(|address| address.domain().clone()),
            recipient: queued.address.domain().clone(),
            is_routed: queued.address.local().contains(['%', '!', '@']),
        };
        if let Some(known) = self.admitted.get(&question) {
            return known.clone();
        }
        let code = refusal(self.new, client, queued, self.now)
            .filter(|_| refusal(self.old, client, queued, self.now).is_none())
            .map(|reply| reply.code_text());
        self.admitted.insert(question, code.clone());
        code
    }
}

/// What the client that handed a recipient in would be answered instead of yes: the first refusal of a
/// session, in its order.
fn refusal(
    policy: &MailPolicy,
    client: IpAddr,
    queued: &QueuedRecipient<'_>,
    now: Timestamp,
) -> Option<Reply> {
    let origin = queued.origin;
    let peer = PeerFacts { client, certificate_names: &[], sender: Some(queued.sender) };
    let known = known_connector(policy, client, origin);
    let connector = known.or_else(|| policy.recognise(&peer));
    let tls = origin.tls.is_some();
    let is_vouched_for = known.is_some() || origin.user.is_some();
    let stranger = |answer: Option<Reply>| answer.filter(|_| !is_vouched_for);
    let in_clear = || policy.inbound_demand(connector?, tls);
    let facts = RelayFacts {
        client,
        authenticated_user: origin.user.as_deref(),
        pop_login: None,
        connector: connector.map(|connector| connector.name.as_str()),
        sender: queued.sender,
        recipient: queued.address,
        tls,
        now,
        points_here: false,
    };
    // Of the sender fields only the envelope is kept with the message.
    let fields = SenderFields { envelope: Some(queued.sender), ..SenderFields::default() };
    stranger(policy.restricted_sender(&peer))
        .or_else(|| stranger(policy.peer_sender(&peer)))
        .or_else(in_clear)
        .or_else(|| policy.peer_identity(&facts.of_client(), &fields, None))
        .or_else(|| policy.relay(&facts).reply)
}

/// The connector that a message came through, as far as it still knows the client: another one may by now. A
/// certificate is not kept with the message: a connector that asks for one is believed to have seen it.
fn known_connector<'p>(
    policy: &'p MailPolicy,
    client: IpAddr,
    origin: &Origin,
) -> Option<&'p InboundConnector> {
    let client = client.to_canonical();
    let connector = policy.inbound_connector(origin.connector.as_deref()?)?;
    let holds = |network: &IpNet| crate::index::canonical_network(*network).contains(&client);
    let is_known =
        connector.tls_certificate_name.is_some() || connector.source_addresses.iter().any(holds);
    Some(connector).filter(|connector| connector.enabled && is_known)
}

/// Whether anything differs on which the right to hand mail in depends.
fn admission_differs(old: &MailFlow, new: &MailFlow) -> bool {
    old.domains != new.domains
        || old.relay != new.relay
        || old.identity.enforce != new.identity.enforce
        || !same_but_notes(old, new)
}

/// A domain below this one that no configuration names. `None`: it would be too long.
fn below(domain: &Domain) -> Option<Domain> {
    Domain::parse(&format!("no-such-name-anywhere.{domain}")).ok()
}

/// Entries of a list that are named; the others are counted.
const SHOWN: usize = 10;

/// The first few of a list.
fn listed<V: Into<Variable>>(entries: Vec<V>) -> Variable {
    let count = entries.len();
    let some: Vec<Variable> = entries.into_iter().take(SHOWN).map(Into::into).collect();
    match count.checked_sub(SHOWN) {
        None | Some(0) => some.into(),
        Some(more) => {
            Parts::of("value-and-more").with("some", some).with("count", more as u64).into()
        }
    }
}

/// The first few of a list of rights, which have commas of their own.
fn listed_rights(entries: Vec<Parts>) -> Variable {
    let more = entries.len().saturating_sub(SHOWN);
    let some: Vec<Variable> = entries.into_iter().take(SHOWN).map(Into::into).collect();
    let some = Variable::Series(some);
    match more {
        0 => some,
        _ => {
            Parts::of("value-and-more-rights").with("some", some).with("count", more as u64).into()
        }
    }
}
