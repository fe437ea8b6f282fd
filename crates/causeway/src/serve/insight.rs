//! The watcher's hold on the running server: what fails, what is known about it, who is told.
//!
//! In which order to read: this file (the [`World`] of the watcher), `facts` (what is known about a path), `circles` (mail that came back),
//! `tell` (mail and web hook), `fix` (remedies as changes of the mail flow), `notices` (what else wants
//! attention), `served` (which domains took mail).

mod by_mx;
mod circles;
mod facts;
mod fix;
mod notices;
mod served;
mod tell;

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use causeway_admin::Metric;
use causeway_admin::types::{AlertQuery, AlertStates, AlertView};
use causeway_catalog::Texts;
use causeway_catalog::causes::causes_of_attempt;
use causeway_dispatch::{Causes, FailingSite, TROUBLE_OVER, is_refused_for_good};
use causeway_insight::Finding;
use causeway_insight::alert::{Absence, Alert, Event, FailingPath};
use causeway_insight::diagnose::{Facts, Judged, Standing, TakenBeside};
use causeway_insight::notice::Noticed;
use causeway_insight::probe::Probe;
use causeway_insight::watch::{KEY, LAST_KEY, Later, TOLD_KEY, Watch, World};
use causeway_model::config::{AlertSettings, Connector, DomainPattern, Language, MailFlow};
use causeway_model::{Address, Attempt, Domain, Timestamp};
use causeway_policy::{MailPolicy, Rerouting};
use causeway_report::write::KnownCause;
use causeway_store::StoreError;
use causeway_store::facts::understood;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::warn;

use super::Server;

pub(crate) use fix::{fix_apply, fix_plan};
pub(crate) use notices::Notices;
pub(crate) use served::Served;
pub(crate) use tell::health as alerts_health;

/// Alerts that are written at once: more would keep mail waiting.
const KEPT_AT_ONCE: usize = 50;

/// The server as the watcher sees it.
struct Seen {
    server: Arc<Server>,
    alone: Mutex<Option<Alone>>,
    begun: Begun,
}

/// The server as it began: what it knew of troubles that stop no path has gone with the last run.
struct Begun {
    at: Timestamp,
    policy: Arc<MailPolicy>,
    /// When the mail flow was changed last before.
    changed_at: Option<Timestamp>,
}

impl Begun {
    /// Whether a refusal of the last run may still be what mail meets: it was no longer ago than troubles last, and the
    /// way of the mail has not been changed since. Nothing waits for it, as mail is returned for it at once.
    fn recalls(&self, last: &Attempt, now: (Timestamp, &MailPolicy)) -> bool {
        let (now, policy) = now;
        let is_recalled = is_refused_for_good(last)
            && last.at < self.at
            && last.at.plus(TROUBLE_OVER) > now
            && self.changed_at.is_none_or(|changed_at| changed_at <= last.at);
        if !is_recalled {
            return false;
        }
        let since = Rerouting::new(&self.policy, policy);
        let is_changed = |name: &str| since.changes_connector(name);
        since.is_nothing() || !last.connector.as_deref().is_none_or(is_changed)
    }
}

/// Where mail goes that waits for a time of its own, after a restart or a change of the mail flow for instance.
struct Alone {
    paths: HashSet<String>,
    /// To be looked at anew from then on.
    until: Instant,
}

/// Looking where mail goes takes this part of the time at most.
const REST: u32 = 100;

/// And is not done again before this.
const LOOKED_LATELY: Duration = Duration::from_secs(2);

impl Seen {
    /// Whether mail waits that may belong to a path nobody waits at.
    fn is_awaited(&self, path: &str, connector: Option<&str>) -> bool {
        let mut alone = self.alone.lock();
        let now = Instant::now();
        let alone = match alone.take().filter(|alone| now < alone.until) {
            Some(known) => alone.insert(known),
            None => {
                let paths = self.server.dispatch.paths_alone();
                let until = Instant::now() + (now.elapsed() * REST).max(LOOKED_LATELY);
                alone.insert(Alone { paths, until })
            }
        };
        // Whose MX hosts are not known yet may be anybody's.
        alone.paths.contains(path)
            || connector.is_none() && alone.paths.iter().any(|path| Domain::parse(path).is_ok())
    }
}

/// Makes the watcher, with the alerts that were kept.
///
/// # Errors
/// The store's.
pub(crate) async fn watch(server: &Arc<Server>, wake: Arc<Notify>) -> Result<Watch, StoreError> {
    let read = |_: &str, text: &str| serde_json::from_str::<Alert>(text).ok();
    let kept = understood(&*server.store, KEY, read).await?;
    let last = server.store.recall(LAST_KEY.into()).await?;
    let last = last.and_then(|text| text.parse().ok()).unwrap_or(0);
    let told = server.store.recall(TOLD_KEY.into()).await?;
    let told = told.and_then(|text| text.parse().ok()).map(Timestamp::from_millis);
    server.notices.begin(server.dispatch.now());
    let begun = Begun {
        at: server.dispatch.now(),
        policy: server.policy.load_full(),
        changed_at: server.store.revisions(None, 1).await?.first().map(|revision| revision.at),
    };
    let world = Arc::new(Seen { server: Arc::clone(server), alone: Mutex::default(), begun });
    Ok(Watch::new(world, wake, kept.into_iter().map(|(_, alert)| alert), last, told))
}

fn failing_path(site: FailingSite) -> FailingPath {
    FailingPath {
        path: site.site,
        waiting: site.waiting as u64,
        affected: site.affected as u64,
        since: site.since,
        until: site.until,
        failures: site.failures,
        serial: site.serial,
        domain: site.domain.map(|domain| domain.to_string()),
        last: site.last,
        taken: site.taken.map(|taken| TakenBeside {
            domain: taken.domain.to_string(),
            at: taken.at,
            host: taken.host,
            is_latest: taken.is_latest,
            refused: u64::from(site.failures),
        }),
        trail: site.trail,
        other_tries: site.other_tries,
    }
}

impl World for Seen {
    fn now(&self) -> Timestamp {
        self.server.dispatch.now()
    }

    fn settings(&self) -> AlertSettings {
        self.server.policy.load().flow().alerts.clone()
    }

    fn flow(&self) -> Arc<MailFlow> {
        Arc::clone(self.server.policy.load().flow())
    }

    fn failing(&self) -> Vec<FailingPath> {
        let mut failing = self.server.dispatch.failing_sites();
        for troubled in self.server.dispatch.troubled_paths() {
            // What stops the path says more than what happens to its messages.
            if !failing.iter().any(|site| site.site == troubled.site) {
                failing.push(troubled);
            }
        }
        failing.into_iter().map(failing_path).collect()
    }

    fn noticed(&self, open: HashSet<String>) -> Noticed {
        self.server.notices.noticed(&self.server, &open)
    }

    fn round(&self) -> Later<'_, ()> {
        Box::pin(self.server.notices.round(&self.server))
    }

    fn absence(&self, alert: &Alert) -> Absence {
        let dispatch = &self.server.dispatch;
        let success = dispatch.last_success(&alert.path);
        // A success is noted when it is one, a failure with the moment when its attempt began.
        let failed_at =
            alert.attempt.as_ref().map_or(alert.last_seen, |attempt| dispatch.ended(attempt));
        if success.is_some_and(|success| success.at >= failed_at) {
            return Absence::Flows;
        }
        match dispatch.standing(&alert.path) {
            Some(causeway_dispatch::Standing::Busy) => Absence::Pending,
            Some(causeway_dispatch::Standing::Empty) | None => {
                let last = alert.attempt.as_ref();
                let connector = last.and_then(|last| last.connector.as_deref());
                let policy = self.server.policy.load();
                let now = (dispatch.now(), &**policy);
                if alert.waits_for_outcome() && flows_elsewhere(&self.server, alert) {
                    Absence::FlowsElsewhere
                } else if last.is_some_and(|last| self.begun.recalls(last, now))
                    || self.is_awaited(&alert.path, connector)
                {
                    Absence::Pending
                } else {
                    Absence::Unused
                }
            }
        }
    }

    fn try_again(&self, path: &str) {
        self.server.dispatch.retry_path(path);
    }

    fn facts<'a>(&'a self, path: &'a FailingPath) -> Later<'a, Facts> {
        Box::pin(facts::facts(&self.server, path))
    }

    fn returned_at<'a>(&'a self, path: &'a FailingPath) -> Later<'a, Option<Timestamp>> {
        Box::pin(facts::returned_at(&self.server, path))
    }

    fn has_room(&self) -> bool {
        self.server.prober.has_room()
    }

    fn probe<'a>(&'a self, path: &'a str, probes: &'a [Probe]) -> Later<'a, Vec<Finding>> {
        Box::pin(async move {
            let known = facts::known(&self.server, path, probes).await;
            self.server.prober.run(path, probes, &known).await
        })
    }

    fn keep(&self, put: Vec<(String, String)>, forget: Vec<String>) -> Later<'_, ()> {
        Box::pin(async move {
            for facts in put.chunks(KEPT_AT_ONCE) {
                if let Err(problem) = self.server.store.remember_all(facts.to_vec()).await {
                    warn!(%problem, alerts = facts.len(), "alerts could not be kept");
                }
            }
            if !forget.is_empty()
                && let Err(problem) = self.server.store.forget_facts(forget).await
            {
                warn!(%problem, "old alerts could not be removed");
            }
        })
    }

    fn tell(&self, alerts: Vec<Alert>) -> Later<'_, bool> {
        Box::pin(async move {
            let mut alerts = alerts;
            look_ahead(&self.server, &mut alerts);
            tell::tell(&self.server, alerts).await
        })
    }

    fn post(&self, address: String, event: Event, alert: Alert) -> Later<'_, ()> {
        Box::pin(tell::post(&self.server, address, event, alert))
    }
}

/// Whether mail that took the path of an alert has gone another way since the last remedy. Where the connector
/// takes whole ranges of domains, that cannot be told.
fn flows_elsewhere(server: &Server, alert: &Alert) -> bool {
    let Some(fixed_at) = alert.fixes.last().map(|fix| fix.at) else { return false };
    let policy = server.policy.load();
    let connector = alert.attempt.as_ref().and_then(|attempt| attempt.connector.as_deref());
    let Some(connector) = connector.and_then(|name| {
        policy.flow().connectors.iter().find_map(|connector| match connector {
            Connector::Outbound(outbound) if outbound.name == name => Some(outbound),
            _ => None,
        })
    }) else {
        return false;
    };
    let domains = connector.recipient_domains.iter().filter_map(|pattern| match pattern {
        DomainPattern::Exact(domain) => Some(domain),
        _ => None,
    });
    let mut addresses = domains.filter_map(|d| Address::parse(&format!("postmaster@{d}")).ok());
    addresses.any(|address| {
        let path = server.dispatch.path_of(&address);
        let success = server.dispatch.last_success(&path);
        path != alert.path && success.is_some_and(|success| success.at >= fixed_at)
    })
}

/// What reports are told of causes. It is there before the watcher is.
#[derive(Debug, Default)]
pub(crate) struct FoundCauses {
    watch: OnceLock<Weak<Watch>>,
}

impl FoundCauses {
    /// From here on there is somebody to ask.
    pub(crate) fn ask(&self, watch: &Arc<Watch>) {
        let _ = self.watch.set(Arc::downgrade(watch));
    }
}

impl Causes for FoundCauses {
    fn known(&self, attempt: &Attempt, languages: &[Language]) -> Vec<KnownCause> {
        let Some(diagnosis) = self
            .watch
            .get()
            .and_then(Weak::upgrade)
            .and_then(|watch| watch.diagnosis(&attempt.site))
        else {
            return Vec::new();
        };
        // What was found out is about another failure than this one.
        if diagnosis.stage != attempt.stage {
            return Vec::new();
        }
        let of_this: Vec<&str> =
            causes_of_attempt(attempt).into_iter().map(|cause| cause.id).collect();
        let about_this = |judged: &&Judged| of_this.contains(&judged.cause.as_str());
        // The one that stands first must be one of this failure's.
        if !diagnosis.top().iter().all(about_this) {
            return Vec::new();
        }
        let all = diagnosis.causes.open().chain(diagnosis.causes.ruled_out());
        let known = all.filter(about_this).filter_map(|judged| {
            let evidence = |&language: &Language| {
                let lines = judged.lines(Texts::get(language));
                let lines: Vec<String> = lines.into_iter().map(|line| line.finding).collect();
                (language, lines.join("; "))
            };
            Some(KnownCause {
                cause: judged.catalog()?,
                standing: match judged.standing {
                    Standing::Confirmed => causeway_report::write::Standing::Confirmed,
                    Standing::Likely | Standing::Possible => {
                        causeway_report::write::Standing::Possible
                    }
                    Standing::RuledOut => causeway_report::write::Standing::RuledOut,
                },
                evidence: languages.iter().map(evidence).collect(),
            })
        });
        // Where something is confirmed, what is merely possible does not help anybody.
        let all: Vec<KnownCause> = known.collect();
        let is_confirmed =
            |known: &KnownCause| known.standing == causeway_report::write::Standing::Confirmed;
        match all.iter().any(is_confirmed) {
            true => all
                .into_iter()
                .filter(|known| known.standing != causeway_report::write::Standing::Possible)
                .collect(),
            false => all,
        }
    }

    fn holds<'a>(
        &'a self,
        attempt: &'a Attempt,
    ) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>> {
        Box::pin(async move {
            let watch = self.watch.get().and_then(Weak::upgrade)?;
            watch.holds(&ended_path(attempt)).await
        })
    }
}

/// A path that failed when the delivery of a message ended, and that nothing is known of since.
fn ended_path(attempt: &Attempt) -> FailingPath {
    FailingPath {
        path: attempt.site.clone(),
        waiting: 0,
        affected: 0,
        since: attempt.at,
        until: attempt.at,
        failures: 1,
        serial: 0,
        // The place of a domain whose MX hosts could not be found has the domain's name.
        domain: Domain::parse(&attempt.site).ok().map(|domain| domain.to_string()),
        last: attempt.clone(),
        taken: None,
        trail: Arc::default(),
        other_tries: Arc::default(),
    }
}

/// Alerts for a reader.
pub(crate) fn views(server: &Server, watch: &Watch, query: &AlertQuery) -> Vec<AlertView> {
    let texts = Texts::get(query.language.unwrap_or(Language::En));
    let is_wanted = |alert: &Alert| {
        let state = match query.state {
            None => true,
            Some(AlertStates::Open) => alert.is_open(),
            Some(AlertStates::Closed) => !alert.is_open(),
        };
        state && query.path.as_ref().is_none_or(|path| alert.path == *path)
    };
    let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut alerts = watch.alerts(limit, is_wanted);
    look_ahead(server, &mut alerts);
    alerts.iter().map(|alert| AlertView::of(alert, texts)).collect()
}

/// What waits for the paths of open alerts, and what they say of the future, as the schedule has it now.
fn look_ahead(server: &Server, alerts: &mut [Alert]) {
    let is_path = |alert: &Alert| alert.is_open() && alert.notice.is_none();
    if !alerts.iter().any(is_path) {
        return;
    }
    let now = server.dispatch.now();
    let sites = server.dispatch.failing_sites().into_iter().chain(server.dispatch.troubled_paths());
    let ahead: HashMap<String, (Timestamp, u64)> =
        sites.map(|site| (site.site, (site.until, site.waiting as u64))).collect();
    for alert in alerts.iter_mut().filter(|alert| is_path(alert)) {
        alert.look_ahead(now, ahead.get(&alert.path).copied());
    }
}

/// One alert for a reader.
pub(crate) fn view(
    server: &Server,
    watch: &Watch,
    id: u64,
    language: Option<Language>,
) -> Option<AlertView> {
    let texts = Texts::get(language.unwrap_or(Language::En));
    let mut alert = watch.alert(id)?;
    look_ahead(server, std::slice::from_mut(&mut alert));
    Some(AlertView::of(&alert, texts))
}

/// Counts for monitoring.
pub(crate) fn metrics(server: &Server, watch: &Watch) -> Vec<Metric> {
    let counts = watch.counts();
    let now = |name, help, value| Metric { name, help, value, is_total: false };
    let total = |name, help, value| Metric { name, help, value, is_total: true };
    vec![
        now("causeway_queue_recipients", "Recipients that wait", server.dispatch.queued() as u64),
        now(
            "causeway_paths_failing",
            "Paths that cannot be reached now",
            server.dispatch.failing_count() as u64,
        ),
        total(
            "causeway_log_lines_lost_total",
            "Lines of the log that could not be written",
            server.log.lines().all(),
        ),
        now("causeway_alerts_open", "Open alerts", counts.open as u64),
        total("causeway_alerts_opened_total", "Alerts opened since the start", counts.opened),
        total(
            "causeway_probes_total",
            "Probes that touched the network since the start",
            server.prober.begun(),
        ),
        now("causeway_diagnoses_running", "Diagnoses that are being made", counts.running as u64),
        total("causeway_diagnoses_total", "Diagnoses made since the start", counts.diagnoses),
        total(
            "causeway_diagnoses_confirmed_total",
            "Diagnoses with a confirmed cause since the start",
            counts.confirmed,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use causeway_model::{Failure, Outcome, Reply, Stage};

    use super::*;

    fn policy(host: &str) -> Arc<MailPolicy> {
        let text = format!(
            "[[connector]]\nname = \"c\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"p.test\"]\nsmart_hosts = [\"{host}\"]\n"
        );
        let (flow, _) = MailFlow::parse(&text, "mailflow.toml").unwrap();
        Arc::new(MailPolicy::compile(Arc::new(flow), "mx.ours.test"))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn refused(seconds: i64, connector: Option<&str>, words: &str) -> Attempt {
        let failure = Failure::Replied { reply: Reply::new(550, None, words) };
        let attempt = Attempt::new(at(seconds), "p", Stage::Rcpt, Outcome::Failure(failure));
        Attempt { connector: connector.map(Into::into), ..attempt }
    }

    #[test]
    fn a_refusal_before_the_start_lasts_as_long_as_any_unless_its_way_was_changed() {
        let (same, other) = (policy("192.0.2.1"), policy("192.0.2.2"));
        let begun = Begun { at: at(100), policy: Arc::clone(&same), changed_at: Some(at(50)) };
        let denied = |seconds| refused(seconds, Some("c"), "relaying denied");
        assert!(begun.recalls(&denied(90), (at(101), &same)));
        assert!(!begun.recalls(&denied(90), (at(90 + 7_200), &same)), "over after a while");
        assert!(!begun.recalls(&denied(110), (at(111), &same)), "of this run more is known");
        assert!(!begun.recalls(&denied(40), (at(101), &same)), "changed before the start");
        assert!(!begun.recalls(&denied(90), (at(101), &other)), "changed since");
        let unknown = refused(90, Some("c"), "5.1.1 user unknown");
        assert!(!begun.recalls(&unknown, (at(101), &same)));
        let by_mx = refused(90, None, "relaying denied");
        assert!(begun.recalls(&by_mx, (at(101), &same)));
        assert!(!begun.recalls(&by_mx, (at(101), &other)));
    }
}
