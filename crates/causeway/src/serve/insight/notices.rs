//! What wants attention beside failing paths: where the facts come from, and the steps that have to be
//! asked or kept from time to time.
//!
//! Sessions tell the [`Tally`] what they see. Once a second the watcher asks for what there is; that only reads.
//! Between, in steps of its own ([`Notices::round`]): the MX records of one accepted domain, our records of
//! messages that came back, and when connectors were used last, which outlives restarts.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use causeway_insight::Probe;
use causeway_insight::notice::expiry::Seen as SeenCertificate;
use causeway_insight::notice::growth::{ALL, Growth, Waiting};
use causeway_insight::notice::idle::{self, Use};
use causeway_insight::notice::looping::{self, Passage, SentBefore};
use causeway_insight::notice::lost::{Hole, LostLines, WHOLE_AFTER};
use causeway_insight::notice::tally::{A_DAY, LOOPS_WITHIN, Tally};
use causeway_insight::notice::{Noticed, expiry, floods, key, mx};
use causeway_insight::{Finding, Known};
use causeway_intake::{Sign, Signs};
use causeway_model::config::{Connector, NoticeKind, NoticeSettings};
use causeway_model::{Domain, Timestamp};
use causeway_store::facts::understood;
use parking_lot::Mutex;
use tracing::warn;

use super::circles::sent_before;
use crate::serve::{Server, connectivity};

/// The beginning of the keys that the use of connectors is kept under.
const USE_KEY: &str = "connector-use/";

/// How often the use of connectors is looked at and kept.
const USE_EVERY: Duration = Duration::from_secs(3600);

/// Nothing is asked so soon after the start: other things matter more then.
const CALM_START: Duration = Duration::from_secs(60);

/// Everything that is remembered for notices.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    tally: Tally,
    state: Mutex<State>,
    /// Steps are made one after the other.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// When the server started.
    started: Option<Timestamp>,
    growth: Growth,
    lost: LostLines,
    /// What DNS said of each domain.
    mx: HashMap<Domain, Looked>,
    /// How connectors were used, by their key; `None` before the first look.
    uses: Option<HashMap<String, Use>>,
    uses_at: Option<Timestamp>,
    /// What our records say of messages that came back: by domain, for a moment of passage.
    sent: HashMap<String, (Timestamp, Vec<SentBefore>)>,
}

/// One look at a domain.
#[derive(Debug)]
struct Looked {
    at: Timestamp,
    /// Since when it is so.
    since: Timestamp,
    findings: Vec<Finding>,
}

impl Signs for Notices {
    fn seen(&self, client: IpAddr, sign: Sign<'_>, now: Timestamp) {
        let tally = &self.tally;
        match sign {
            Sign::UnknownRecipient(address) => {
                tally.unknown_recipient(client, address.domain().as_str(), now);
            }
            Sign::ForeignSender(domain) => tally.foreign_sender(client, domain.as_str(), now),
            Sign::Inbound(connector) => tally.connector_used(connector, now),
            Sign::Loop(domain, hops) => {
                let passage = Passage { at: now, hops: hops.to_vec() };
                tally.looped(domain.as_str(), passage, now);
            }
            Sign::LoggedIn(mailbox) => tally.logged_in(client, &mailbox.to_string(), now),
            Sign::OldTls(offered) => tally.old_client(client, Some(offered), now),
            Sign::NoTls => tally.old_client(client, None, now),
        }
    }
}

impl Notices {
    /// The server starts now.
    pub(super) fn begin(&self, now: Timestamp) {
        self.state.lock().started = Some(now);
    }

    /// Lines of the log that are lost.
    pub(crate) fn hole_in_the_log(&self) -> Option<Hole> {
        self.state.lock().lost.hole()
    }

    /// Everything is asked anew.
    pub(crate) fn look_again(&self) {
        let mut state = self.state.lock();
        state.mx.clear();
        state.uses_at = None;
    }

    /// What there is now. `open`: keys of open alerts.
    pub(super) fn noticed(&self, server: &Server, open: &HashSet<String>) -> Noticed {
        let now = server.dispatch.now();
        let flow = server.policy.load().flow().clone();
        let settings = &flow.alerts.notices;
        self.tally.follow(settings);
        let mut noticed = Noticed::default();
        self.floods(server, settings, (now, open), &mut noticed);
        self.loops(server, settings, now, &mut noticed);
        certificates(server, settings, now, open, &mut noticed);
        let mut state = self.state.lock();
        state.lost.look(server.log.lines(), now);
        noticed.found.extend(state.lost.notice(&server.hostname, &server.log.why()));
        noticed.looked.push((NoticeKind::LogLost, WHOLE_AFTER));
        growth(&state, settings, open, &mut noticed);
        self.unused(server, &state, now, &mut noticed);
        elsewhere(server, &state, open, &mut noticed);
        noticed
    }

    fn floods(
        &self,
        server: &Server,
        settings: &NoticeSettings,
        (now, open): (Timestamp, &HashSet<String>),
        out: &mut Noticed,
    ) {
        let policy = server.policy.load();
        let is_accepted = |domain: &str| {
            Domain::parse(domain).is_ok_and(|domain| policy.accepted_domain(&domain).is_some())
        };
        let foreign = self.tally.foreign_senders(settings.foreign_senders, now, is_accepted);
        out.found.extend(foreign.iter().map(floods::foreign_sender));
        let told = subjects(NoticeKind::ForeignSenders, open).filter(|domain| is_accepted(domain));
        out.mended.extend(told.map(|domain| key(NoticeKind::ForeignSenders, domain)));
        out.found.extend(floods::old_clients(&self.tally.old_clients(settings.old_clients, now)));
        let (domains, networks, span) = self.tally.unknown(settings.unknown_recipients, now);
        let networks = floods::networks_worth_telling(&domains, networks);
        let unknown = domains.iter().chain(&networks);
        out.found.extend(unknown.map(|often| floods::unknown_recipients(often, span)));
        out.looked.extend([
            (NoticeKind::ForeignSenders, A_DAY),
            (NoticeKind::OldClients, A_DAY),
            (NoticeKind::UnknownRecipients, span),
        ]);
    }

    fn loops(&self, server: &Server, settings: &NoticeSettings, now: Timestamp, out: &mut Noticed) {
        let flow = server.policy.load().flow().clone();
        let loops = self.tally.loops(settings.mail_loops, now);
        let addresses = if loops.is_empty() { Vec::new() } else { server.mailboxes.addresses() };
        let state = self.state.lock();
        for (often, passage) in loops {
            let Some((_, sent)) = state.sent.get(&often.what) else { continue };
            let here = addresses.iter().filter(|a| a.domain().as_str() == often.what).count();
            let host = &server.hostname;
            out.found.extend(looping::notice(&often, &passage, sent, host, (&flow, here)));
        }
        out.looked.push((NoticeKind::MailLoop, LOOPS_WITHIN));
    }

    /// Enabled connectors that carry nothing. What was looked at an hour ago is looked at again before
    /// anybody is told.
    fn unused(&self, server: &Server, state: &State, now: Timestamp, out: &mut Noticed) {
        let Some(uses) = &state.uses else { return };
        let flow = server.policy.load().flow().clone();
        let after = flow.alerts.notices.unused_connector_after;
        for connector in &flow.connectors {
            let (enabled, name, direction) = match connector {
                Connector::Outbound(outbound) => (outbound.enabled, &outbound.name, "out"),
                Connector::Inbound(inbound) => (inbound.enabled, &inbound.name, "in"),
            };
            let Some(used) = uses.get(&use_key(direction, name)).filter(|_| enabled) else {
                continue;
            };
            if idle::notice(name, used, after, now).is_none() {
                continue;
            }
            let last = used.last.max(self.last_use(server, connector));
            out.found.extend(idle::notice(name, &Use { since: used.since, last }, after, now));
        }
        out.looked.push((NoticeKind::UnusedConnector, Duration::ZERO));
    }

    /// When a connector was used last since the start.
    fn last_use(&self, server: &Server, connector: &Connector) -> Option<Timestamp> {
        match connector {
            Connector::Outbound(outbound) => server.dispatch.connector_used(&outbound.name),
            Connector::Inbound(inbound) => self.tally.last_used(&inbound.name),
        }
    }

    /// One step of what has to be asked or kept.
    pub(crate) async fn round(&self, server: &Server) {
        let _turn = self.turn.lock().await;
        let now = server.dispatch.now();
        let started = *self.state.lock().started.get_or_insert(now);
        self.measure(server, now);
        self.look_up_loops(server, now).await;
        if now < started.plus(CALM_START) {
            return;
        }
        self.look_at_uses(server, now).await;
        self.look_at_mx(server, now).await;
    }

    /// Notes how much waits, when that is due.
    fn measure(&self, server: &Server, now: Timestamp) {
        let flow = server.policy.load().flow().clone();
        let settings = &flow.alerts.notices;
        if self.state.lock().growth.is_due(settings, now) {
            let waiting = backlogs(server, settings);
            self.state.lock().growth.sample(settings, now, waiting);
        }
    }

    /// What our records say of messages that came back.
    async fn look_up_loops(&self, server: &Server, now: Timestamp) {
        for (often, passage) in self.tally.loops(1, now) {
            let known = self.state.lock().sent.get(&often.what).map(|(at, _)| *at);
            if known == Some(passage.at) {
                continue;
            }
            let sent = sent_before(server, &often.what, &passage).await;
            let mut state = self.state.lock();
            let still: HashSet<String> =
                self.tally.loops(1, now).into_iter().map(|(often, _)| often.what).collect();
            state.sent.retain(|domain, _| still.contains(domain));
            // A message of which nothing is known does not undo what is known of another.
            let before = state.sent.remove(&often.what).map(|(_, sent)| sent).unwrap_or_default();
            let sent = if sent.is_empty() { before } else { sent };
            state.sent.insert(often.what, (passage.at, sent));
        }
    }

    /// How connectors are used, kept over restarts.
    async fn look_at_uses(&self, server: &Server, now: Timestamp) {
        let uses = {
            let state = self.state.lock();
            if state.uses_at.is_some_and(|at| at <= now && now < at.plus(USE_EVERY)) {
                return;
            }
            state.uses.clone()
        };
        let before = match uses {
            Some(uses) => uses,
            None => match kept_uses(server).await {
                Ok(uses) => uses,
                Err(problem) => return warn!(%problem, "the use of connectors cannot be read now"),
            },
        };
        let uses = self.uses(server, &before, now);
        keep_uses(server, &before, &uses).await;
        let mut state = self.state.lock();
        (state.uses, state.uses_at) = (Some(uses), Some(now));
    }

    /// The enabled connectors with their use.
    fn uses(
        &self,
        server: &Server,
        before: &HashMap<String, Use>,
        now: Timestamp,
    ) -> HashMap<String, Use> {
        let flow = server.policy.load().flow().clone();
        let enabled = flow.connectors.iter().filter_map(|connector| {
            let key = match connector {
                Connector::Outbound(out) => out.enabled.then(|| use_key("out", &out.name)),
                Connector::Inbound(inbound) => {
                    inbound.enabled.then(|| use_key("in", &inbound.name))
                }
            };
            Some((key?, self.last_use(server, connector)))
        });
        enabled
            .map(|(key, last)| {
                let kept = before.get(&key);
                let since = kept.map_or(now, |kept| kept.since);
                let last = last.max(kept.and_then(|kept| kept.last));
                (key, Use { since, last })
            })
            .collect()
    }

    /// The MX records of the domain that was not looked at for the longest time, if one is due.
    async fn look_at_mx(&self, server: &Server, now: Timestamp) {
        let flow = server.policy.load().flow().clone();
        let expected = connectivity::expected_mx(server, &flow);
        let every = flow.alerts.notices.check_mx_every;
        if expected.is_empty() || flow.alerts.notices.ignore.contains(&NoticeKind::MxElsewhere) {
            return;
        }
        let due = {
            let mut state = self.state.lock();
            let is_there = |domain: &Domain| flow.domains.iter().any(|d| d.name == *domain);
            state.mx.retain(|domain, _| is_there(domain));
            let at = |domain: &Domain| state.mx.get(domain).map(|looked| looked.at);
            let due = flow
                .domains
                .iter()
                .map(|domain| &domain.name)
                .filter(|name| at(name).is_none_or(|at| now < at || now.since(at) >= every));
            due.min_by_key(|name| at(name)).cloned()
        };
        let Some(domain) = due else { return };
        let site = format!("{} {domain}", NoticeKind::MxElsewhere.name());
        let probe = Probe::MailHosts { domain: domain.to_string(), expected };
        let findings = server.prober.run_anew(&site, &[probe], &Known::default()).await;
        let mut state = self.state.lock();
        let before =
            state.mx.get(&domain).filter(|looked| mx::notice("", &looked.findings, now).is_some());
        let since = before.map_or(now, |looked| looked.since);
        // Without an answer what was known before still holds.
        match (mx::is_certain(&findings), state.mx.get_mut(&domain)) {
            (false, Some(looked)) => looked.at = now,
            _ => {
                state.mx.insert(domain, Looked { at: now, since, findings });
            }
        }
    }
}

fn use_key(direction: &str, name: &str) -> String {
    format!("{USE_KEY}{direction}/{name}")
}

async fn kept_uses(server: &Server) -> Result<HashMap<String, Use>, causeway_store::StoreError> {
    let read = |_: &str, text: &str| serde_json::from_str(text).ok();
    Ok(understood(&*server.store, USE_KEY, read).await?.into_iter().collect())
}

/// Keeps what changed, and forgets connectors that are gone or switched off: they begin anew.
async fn keep_uses(server: &Server, before: &HashMap<String, Use>, now: &HashMap<String, Use>) {
    for (key, used) in now.iter().filter(|(key, used)| before.get(*key) != Some(used)) {
        let Ok(text) = serde_json::to_string(used) else { continue };
        if let Err(problem) = server.store.remember(key.clone(), text).await {
            warn!(%problem, "the use of a connector could not be kept");
        }
    }
    let gone: Vec<String> = before.keys().filter(|key| !now.contains_key(*key)).cloned().collect();
    if !gone.is_empty()
        && let Err(problem) = server.store.forget_facts(gone).await
    {
        warn!(%problem, "the use of former connectors could not be removed");
    }
}

/// Ours, and those that connectors' servers have shown. After a restart nothing is known of those: what
/// was told of them stays until they are seen again, or the connector is not used any more.
fn certificates(
    server: &Server,
    settings: &NoticeSettings,
    now: Timestamp,
    open: &HashSet<String>,
    out: &mut Noticed,
) {
    let flow = server.policy.load().flow().clone();
    let is_used = |path: &str| {
        flow.connectors.iter().any(|connector| match connector {
            Connector::Outbound(outbound) if outbound.enabled => path
                .strip_prefix(&format!("connector {:?}", outbound.name))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(" to ")),
            _ => false,
        })
    };
    let kind = NoticeKind::CertificateEnds;
    // One that we made ourselves is made anew in time.
    let own = server.tls.certificate().filter(|_| !server.tls.is_self_made());
    let own = own.map(|facts| (server.hostname.to_string(), now, true, facts));
    let theirs = server.dispatch.certificates().into_iter().filter(|(path, _)| is_used(path));
    let theirs = theirs.map(|(path, seen)| (path, seen.at, false, seen.facts));
    let gone = subjects(kind, open).filter(|holder| !is_used(holder));
    out.mended.extend(gone.map(|holder| key(kind, holder)));
    for (holder, at, is_ours, facts) in own.into_iter().chain(theirs) {
        // Unless it is found below.
        out.mended.push(key(kind, &holder));
        let seen = SeenCertificate {
            holder,
            is_ours,
            names: facts.names,
            issuer: facts.issuer,
            begins: facts.not_before,
            ends: facts.not_after,
            at,
        };
        out.found.extend(expiry::notice(&seen, &settings.certificate_ends, now));
    }
}

/// How much waits now.
fn backlogs(server: &Server, settings: &NoticeSettings) -> Vec<Waiting> {
    let (long, all) = server.dispatch.backlogs(settings.queue_growth / 10);
    let waiting = |path: String, waiting, delivered| Waiting { path, waiting, delivered };
    let all = waiting(ALL.to_owned(), all.waiting, all.delivered);
    let long = long.into_iter().map(|b| waiting(b.path, b.waiting, b.delivered));
    long.chain([all]).collect()
}

fn growth(state: &State, settings: &NoticeSettings, open: &HashSet<String>, out: &mut Noticed) {
    let is_open = |path: &str| open.contains(&key(NoticeKind::QueueGrows, path));
    out.found.extend(state.growth.notices(settings, is_open));
    out.looked.push((NoticeKind::QueueGrows, Duration::ZERO));
}

fn elsewhere(server: &Server, state: &State, open: &HashSet<String>, out: &mut Noticed) {
    let flow = server.policy.load().flow().clone();
    for (domain, looked) in &state.mx {
        match mx::notice(domain.as_str(), &looked.findings, looked.since) {
            Some(notice) => out.found.push(notice),
            None if mx::is_certain(&looked.findings) => {
                out.mended.push(key(NoticeKind::MxElsewhere, domain.as_str()));
            }
            None => {}
        }
    }
    // A domain that is not accepted any more may lead wherever it likes.
    let is_accepted = |name: &str| flow.domains.iter().any(|d| d.name.as_str() == name);
    let gone = subjects(NoticeKind::MxElsewhere, open).filter(|name| !is_accepted(name));
    out.mended.extend(gone.map(|name| key(NoticeKind::MxElsewhere, name)));
}

/// What open alerts of a kind are about.
fn subjects(kind: NoticeKind, open: &HashSet<String>) -> impl Iterator<Item = &str> {
    let prefix = key(kind, "");
    open.iter().filter_map(move |key| key.strip_prefix(prefix.as_str()))
}
