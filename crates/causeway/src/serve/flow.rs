//! The organization's mail flow under change: which revision is in force, and how the next one comes.
//!
//! **What it promises.** A change is done whole or not at all: rehearsed, written to `mailflow.toml`
//! (another file, synced, then renamed over it), recorded as a revision, and only then in force, for
//! all sessions and for everything that waits. No session and no attempt under way is dropped. Changes
//! come one after the other, and a change that was made from an older revision is refused.
//!
//! **How it fails.** What a change is about to do is noted in the store before the file is touched. After a
//! crash between file and revision the next start finds the note and completes the revision; whatever
//! else the file has that no revision knows becomes a revision of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use causeway_admin::ControlError;
use causeway_admin::types::{ApplyAnswer, ApplyRequest, FlowView, PlanAnswer, ProblemView};
use causeway_catalog::sentence::Sentence;
use causeway_dispatch::Dispatch;
use causeway_model::Timestamp;
use causeway_model::config::{Machine, MailFlow, Places, Problem, Severity};
use causeway_net::clock::Clock;
use causeway_policy::{MailPolicy, Plan, Planner, QueuedRecipient};
use causeway_store::{NewRevision, SharedStore, StoreError, WaitingRecipient};
use parking_lot::RwLock;
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::Server;
use super::file;
use super::mailboxes::MailboxMap;
use crate::cli::configuration::{self, Loaded, MACHINE_FILE, MAIL_FLOW_FILE};

/// The note of a change that has begun.
const PENDING: &str = "flow/pending";

/// Queued recipients that are read from the store at once.
const PAGE: usize = 5_000;

/// What the history says of revision 1.
const FIRST_REVISION: &str = "the first revision: no mail flow was in force before";

/// The author of changes that nobody told the server of.
const THE_FILE: &str = "the file";

/// The revision in force, and the one change at a time.
pub(crate) struct FlowKeeper {
    directory: PathBuf,
    active: RwLock<Arc<Active>>,
    /// What was in force when the server ended, where the start found something else.
    replaced: Option<MailFlow>,
    changing: tokio::sync::Mutex<()>,
}

/// What is in force.
#[derive(Debug)]
pub(crate) struct Active {
    number: u64,
    text: String,
}

/// A proposal that can be read.
struct Proposed {
    policy: MailPolicy,
    problems: Vec<Problem>,
    text: String,
}

impl FlowKeeper {
    /// At start: `text` is in force, as it was read and checked. When the newest revision has another
    /// text, it becomes a revision.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn open(
        store: &SharedStore,
        directory: &Path,
        flow: &MailFlow,
        text: String,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let newest = store.revision(None).await?;
        let mut replaced = None;
        let number = match &newest {
            Some(newest) if newest.text == text => newest.entry.number,
            _ => {
                replaced = newest.as_ref().map(|newest| flow_of(&newest.text));
                let new = match noted(store, &text).await? {
                    Some(noted) => noted,
                    None => found_at_start(replaced.as_ref(), flow, text.clone(), now),
                };
                let author = new.author.clone();
                let number = store.record_revision(new, None).await?;
                info!(revision = number, %author, "the mail flow is a new revision");
                number
            }
        };
        store.forget_facts(vec![PENDING.into()]).await?;
        Ok(Self {
            directory: directory.to_owned(),
            active: RwLock::new(Arc::new(Active { number, text })),
            replaced,
            changing: tokio::sync::Mutex::default(),
        })
    }

    /// Once the queue is known: what has another way than before the start takes it at once.
    pub(crate) async fn reroute_replaced(&self, dispatch: &Dispatch, hostname: &str) {
        if let Some(replaced) = &self.replaced {
            dispatch.reroute(Arc::new(compiled(Arc::new(replaced.clone()), hostname))).await;
        }
    }

    fn active(&self) -> Arc<Active> {
        Arc::clone(&self.active.read())
    }

    fn path(&self) -> PathBuf {
        self.directory.join(MAIL_FLOW_FILE)
    }

    /// How the file differs from what is in force; `None` when it does not.
    pub(crate) fn difference(&self) -> Option<String> {
        let active = self.active();
        match file::read(&self.path()) {
            Ok(text) if text == active.text => None,
            Ok(text) if text.is_empty() => Some(format!(
                "{MAIL_FLOW_FILE} is gone or empty; revision {} stays in force",
                active.number
            )),
            Ok(_) => Some(format!(
                "{MAIL_FLOW_FILE} has been edited since revision {}, which is in force: `causeway \
                 plan` shows what it would change, `causeway apply` puts it in force",
                active.number
            )),
            Err(error) => Some(format!("{MAIL_FLOW_FILE} cannot be read: {error}")),
        }
    }
}

/// The change that was under way when the server ended, when it was the one to this text.
async fn noted(store: &SharedStore, text: &str) -> Result<Option<NewRevision>, StoreError> {
    let Some(note) = store.recall(PENDING.into()).await? else { return Ok(None) };
    Ok(serde_json::from_str::<NewRevision>(&note).ok().filter(|noted| noted.text == text))
}

/// A text that was in force once; one that an older program could read and this one cannot counts as empty.
fn flow_of(text: &str) -> MailFlow {
    MailFlow::parse(text, MAIL_FLOW_FILE).map(|(flow, _)| flow).unwrap_or_default()
}

/// The decisions that a mail flow makes on this machine.
fn compiled(flow: Arc<MailFlow>, hostname: &str) -> MailPolicy {
    MailPolicy::compile(flow, hostname).with_own_addresses(causeway_net::local::local_addresses())
}

fn found_at_start(
    before: Option<&MailFlow>,
    flow: &MailFlow,
    text: String,
    now: Timestamp,
) -> NewRevision {
    let (changes, reason) = match before {
        // Nothing was in force that could have changed; the text says it all.
        None => (vec![FIRST_REVISION.into()], "the first start"),
        Some(before) => {
            (recorded(causeway_policy::plan::changes(before, flow)), "found changed at start")
        }
    };
    NewRevision {
        at: now,
        author: THE_FILE.into(),
        reason: reason.into(),
        changes,
        effects: "[]".into(),
        text,
    }
}

/// As the history keeps them: in English, whoever made the change.
fn recorded(changes: Vec<Sentence>) -> Vec<String> {
    changes.into_iter().map(Into::into).collect()
}

/// The revision in force, for the API.
pub(crate) fn view(server: &Server) -> FlowView {
    let active = server.flow.active();
    FlowView {
        revision: active.number,
        text: active.text.clone(),
        file_differs: server.flow.difference(),
        hostname: server.hostname.to_string(),
        smtp_port: smtp_port(server),
    }
}

/// The port of the first listener for other servers; behind an address translation that is not ours to
/// know, it is 25 outside.
fn smtp_port(server: &Server) -> u16 {
    let smtp = server.listeners.iter().find(|listener| listener.protocol == "smtp");
    smtp.map_or(25, |listener| listener.address.port())
}

/// What a text would do.
pub(crate) async fn plan(server: &Arc<Server>, text: String) -> Result<PlanAnswer, ControlError> {
    let base = server.flow.active().number;
    let proposed = proposed(server, text).await?;
    let warnings = warnings(&proposed.problems);
    let errors = ProblemView::errors(&proposed.problems);
    let (plan, _) = rehearse(server, proposed).await?;
    Ok(PlanAnswer { plan, base, warnings, errors })
}

/// Puts a text in force. Runs in a task of its own: who asked may go away.
pub(crate) async fn apply(
    server: &Arc<Server>,
    text: String,
    request: ApplyRequest,
    author: String,
) -> Result<ApplyAnswer, ControlError> {
    let server = Arc::clone(server);
    let applying = tokio::spawn(async move { apply_now(&server, text, request, author).await });
    applying.await.unwrap_or_else(|_| {
        Err(ControlError::Unavailable("the change broke off; see the server's log".into()))
    })
}

async fn apply_now(
    server: &Arc<Server>,
    text: String,
    request: ApplyRequest,
    author: String,
) -> Result<ApplyAnswer, ControlError> {
    let _one_at_a_time = server.flow.changing.lock().await;
    let active = server.flow.active();
    if let Some(base) = request.base.filter(|base| *base != active.number) {
        return Err(made_from_another(base, active.number));
    }
    let proposed = proposed(server, text).await?;
    let on_disk = file::read(&server.flow.path());
    let is_on_disk = on_disk.as_ref().is_ok_and(|found| *found == proposed.text);
    let would_lose = !is_on_disk && !on_disk.is_ok_and(|found| found == active.text);
    if would_lose && !request.force {
        return Err(ControlError::Conflict {
            what: format!(
                "{MAIL_FLOW_FILE} has changes that are in no revision (the newest is {}), and \
                 they would be lost",
                active.number
            ),
            instead: "apply them first (`causeway apply`), or insist with --force".into(),
        });
    }
    let warnings = warnings(&proposed.problems);
    let errors = ProblemView::errors(&proposed.problems);
    let (plan, proposed) = rehearse(server, proposed).await?;
    let is_refused = plan.stands_refused(request.force);
    if is_refused || (proposed.text == active.text && is_on_disk) {
        let revision = active.number;
        return Ok(ApplyAnswer { plan, applied: !is_refused, revision, warnings, errors });
    }
    let new = NewRevision {
        at: server.dispatch.now(),
        author,
        reason: request.reason,
        changes: recorded(plan.changes.clone()),
        effects: serde_json::to_string(&plan.effects).unwrap_or_else(|_| "[]".into()),
        text: proposed.text.clone(),
    };
    let write = (!is_on_disk).then_some(active.text.as_str());
    let revision = make_durable(server, new, write, active.number).await?;
    put_in_force(server, proposed, revision).await;
    Ok(ApplyAnswer { plan, applied: true, revision, warnings, errors })
}

/// A change was made from a revision that is not in force: an older one, or one that never was.
fn made_from_another(base: u64, newest: u64) -> ControlError {
    if base < newest {
        return StoreError::Superseded { base, newest }.into();
    }
    ControlError::Conflict {
        what: format!("there is no revision {base}; revision {newest} is in force"),
        instead: "give the number of the revision that the change was made from: see `causeway \
                  history`"
            .into(),
    }
}

/// The file (when `before`, what it had, is given) and the revision.
async fn make_durable(
    server: &Server,
    new: NewRevision,
    before: Option<&str>,
    base: u64,
) -> Result<u64, ControlError> {
    let Some(before) = before else {
        return Ok(server.store.record_revision(new, Some(base)).await?);
    };
    let note = serde_json::to_string(&new).map_err(|error| {
        ControlError::Unavailable(format!("the change could not be noted: {error}"))
    })?;
    server.store.remember(PENDING.into(), note).await?;
    die_at("flow-noted");
    let path = server.flow.path();
    let written = write_in_background(path.clone(), new.text.clone()).await;
    if let Err(error) = written {
        server.store.forget_facts(vec![PENDING.into()]).await?;
        return Err(ControlError::Unavailable(format!(
            "{} cannot be written: {error}; nothing was changed. Let the server's user write this \
             directory, or edit the file by hand and run `causeway apply`",
            path.display()
        )));
    }
    die_at("flow-written");
    // Both at once, the revision first: usually one sync is enough for both.
    let (recorded, forgotten) = tokio::join!(
        server.store.record_revision(new, Some(base)),
        server.store.forget_facts(vec![PENDING.into()])
    );
    if let Err(problem) = forgotten {
        // Left behind, it is overwritten by the next note.
        warn!(%problem, "the note of a change could not be removed");
    }
    match recorded {
        Ok(number) => {
            die_at("flow-recorded");
            Ok(number)
        }
        Err(error) => {
            // Not in force and not recorded: the file goes back, so that the next start agrees.
            if let Err(problem) = write_in_background(path, before.to_owned()).await {
                warn!(%problem, "{MAIL_FLOW_FILE} has a change that is not in force");
            }
            Err(error.into())
        }
    }
}

/// Set by tests to the step at which the process is to end as by a crash.
const DEATH_VARIABLE: &str = "CAUSEWAY_TEST_DIE_AT";

/// Ends the process without a goodbye when a test wants it here.
#[allow(clippy::disallowed_methods, reason = "a crash is what the test asks for")]
fn die_at(step: &str) {
    if std::env::var_os(DEATH_VARIABLE).is_some_and(|wanted| wanted == step) {
        warn!(step, "ending at once, as {DEATH_VARIABLE} says: for tests only");
        std::process::abort();
    }
}

async fn write_in_background(path: PathBuf, text: String) -> std::io::Result<()> {
    tokio::task::spawn_blocking(move || file::replace(&path, &text))
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

/// Sessions, workers and everything that waits work by the new policy from here on.
async fn put_in_force(server: &Server, proposed: Proposed, revision: u64) {
    let Proposed { policy, text, .. } = proposed;
    *server.flow.active.write() = Arc::new(Active { number: revision, text });
    server.pop_register.configure(policy.flow().relay.pop_before_smtp);
    let before = server.policy.swap(Arc::new(policy));
    *server.reload_problem.lock() = None;
    server.dispatch.reroute(before).await;
    info!(revision, "the mail flow is in force");
}

/// `SIGHUP`: puts in force what the file has now, and makes a revision of it. `Ok(None)`: the file is as
/// it was.
///
/// # Errors
/// Why nothing was changed.
pub(crate) async fn reload(server: &Arc<Server>) -> Result<Option<u64>, String> {
    let _one_at_a_time = server.flow.changing.lock().await;
    let active = server.flow.active();
    let text = file::read(&server.flow.path()).map_err(|error| error.to_string())?;
    if text.trim().is_empty() && !active.text.trim().is_empty() {
        // More likely an accident (a full disk, a slip of the hand) than the wish to have no domains.
        return Err(format!(
            "{MAIL_FLOW_FILE} is gone or empty; revision {} stays in force. Write it back with \
             `causeway history show {}`, or say that it is meant with `causeway apply --force`",
            active.number, active.number
        ));
    }
    let is_new = text != active.text;
    let proposed = match proposed(server, text).await {
        Ok(proposed) => proposed,
        Err(unusable) => {
            if let ControlError::Unusable(problems) = &unusable {
                problems.iter().for_each(|problem| warn!("{problem}"));
            }
            return Err(format!("{unusable}; `causeway check` has everything that is wrong"));
        }
    };
    proposed.problems.iter().for_each(|problem| warn!("{problem}"));
    let (plan, proposed) = rehearse(server, proposed).await.map_err(|error| error.to_string())?;
    // Nobody is there to insist, and whoever edits the file and sends the signal means it.
    if let Some(refused) = plan.refused.filter(|_| !plan.can_be_forced) {
        return Err(refused.into());
    }
    let revision = if is_new {
        for effect in plan.effects.iter().filter(|effect| effect.kind.is_loss()) {
            warn!(count = effect.count, "{}: {}", effect.kind.name(), effect.detail);
        }
        let new = NewRevision {
            at: server.dispatch.now(),
            author: THE_FILE.into(),
            reason: "edited by hand and read again (SIGHUP)".into(),
            changes: recorded(plan.changes),
            effects: serde_json::to_string(&plan.effects).unwrap_or_else(|_| "[]".into()),
            text: proposed.text.clone(),
        };
        let recorded = server.store.record_revision(new, Some(active.number)).await;
        recorded.map_err(|error| error.to_string())?
    } else {
        active.number
    };
    put_in_force(server, proposed, revision).await;
    Ok(is_new.then_some(revision))
}

fn warnings(problems: &[Problem]) -> Vec<Sentence> {
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning);
    warnings.map(Sentence::from).collect()
}

/// Reads and compiles a text, on a thread of its own: large ones take a while.
async fn proposed(server: &Arc<Server>, text: String) -> Result<Proposed, ControlError> {
    let server = Arc::clone(server);
    let reading =
        tokio::task::spawn_blocking(move || read_proposal(&server.machine, &server.hostname, text));
    reading.await.unwrap_or_else(|_| {
        let what = "the text could not be read; see the server's log";
        Err(ControlError::Unavailable(what.into()))
    })
}

fn read_proposal(
    machine: &Machine,
    hostname: &str,
    text: String,
) -> Result<Proposed, ControlError> {
    let Loaded { value, rest, mut problems, places, text, .. } =
        configuration::mail_flow_text(text);
    let (machine_places, now) = (Places::none(MACHINE_FILE), Clock::system().now());
    if let Some(flow) = value.as_ref().or(rest.as_ref()) {
        problems.extend(causeway_policy::check(flow, machine, &places, &machine_places, now));
    }
    // Doubts about the machine are no matter of this text, and have no line here: `check` tells them.
    problems.retain(|problem| problem.severity == Severity::Error || problem.file != MACHINE_FILE);
    let Some(flow) = value else {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        return Err(ControlError::Unusable(problems));
    };
    let policy = compiled(Arc::new(flow), hostname);
    Ok(Proposed { policy, problems, text })
}

/// Follows the queue through the policy in force and the proposed one.
async fn rehearse(
    server: &Arc<Server>,
    proposed: Proposed,
) -> Result<(Plan, Proposed), ControlError> {
    let (pages, page) = mpsc::channel::<Vec<WaitingRecipient>>(2);
    let old = server.policy.load_full();
    let mailboxes = Arc::clone(&server.mailboxes);
    let now = server.dispatch.now();
    let planning =
        tokio::task::spawn_blocking(move || follow(&old, proposed, (&mailboxes, now), page));
    let mut after = None;
    loop {
        let found = server.store.waiting_recipients(after, PAGE).await?;
        let Some(last) = found.last() else { break };
        after = Some(last.key);
        if pages.send(found).await.is_err() {
            break;
        }
    }
    drop(pages);
    planning.await.map_err(|_| {
        ControlError::Unavailable("the rehearsal broke off; see the server's log".into())
    })
}

fn follow(
    old: &MailPolicy,
    proposed: Proposed,
    (mailboxes, now): (&MailboxMap, Timestamp),
    mut pages: mpsc::Receiver<Vec<WaitingRecipient>>,
) -> (Plan, Proposed) {
    let mut planner = Planner::new(old, &proposed.policy, mailboxes, now);
    while let Some(page) = pages.blocking_recv() {
        for WaitingRecipient { address, sender, origin, .. } in &page {
            planner.recipient(&QueuedRecipient { address, sender, origin });
        }
    }
    let plan = planner.finish(&mailboxes.addresses(), &proposed.problems);
    (plan, proposed)
}

#[cfg(test)]
mod tests {
    use causeway_store::sqlite::{SqliteStore, StoreOptions};

    use super::*;

    fn store(place: &tempfile::TempDir) -> SharedStore {
        Arc::new(SqliteStore::open(place.path(), StoreOptions::default()).unwrap())
    }

    async fn open(store: &SharedStore, text: &str) -> u64 {
        let flow = MailFlow::parse(text, MAIL_FLOW_FILE).unwrap().0;
        let now = Timestamp::from_millis(5);
        let directory = Path::new("/nonexistent");
        let keeper = FlowKeeper::open(store, directory, &flow, text.into(), now).await.unwrap();
        keeper.active().number
    }

    #[tokio::test]
    async fn every_text_that_comes_into_force_at_a_start_is_a_revision() {
        let place = tempfile::tempdir().unwrap();
        let store = store(&place);
        assert_eq!(open(&store, "").await, 1);
        assert_eq!(open(&store, "").await, 1, "the same text is the same revision");
        assert_eq!(open(&store, "[[domain]]\nname = \"a.test\"\n").await, 2);
        let newest = store.revision(None).await.unwrap().unwrap();
        assert_eq!(newest.entry.changes, ["the domain a.test becomes accepted (authoritative)"]);
        assert_eq!(newest.entry.reason, "found changed at start");
    }

    #[tokio::test]
    async fn a_crash_between_file_and_revision_is_healed_with_who_and_why() {
        let place = tempfile::tempdir().unwrap();
        let store = store(&place);
        open(&store, "").await;
        let text = "[[domain]]\nname = \"a.test\"\n";
        let new = NewRevision {
            at: Timestamp::from_millis(3),
            author: "alice".into(),
            reason: "a new brand".into(),
            changes: vec!["x".into()],
            effects: "[]".into(),
            text: text.into(),
        };
        let note = serde_json::to_string(&new).unwrap();
        // The crash came before the file was replaced: nothing happened.
        store.remember(PENDING.into(), note.clone()).await.unwrap();
        assert_eq!(open(&store, "").await, 1);
        assert_eq!(store.recall(PENDING.into()).await.unwrap(), None);
        // The crash came after it.
        store.remember(PENDING.into(), note).await.unwrap();
        assert_eq!(open(&store, text).await, 2);
        let healed = store.revision(None).await.unwrap().unwrap().entry;
        assert_eq!((healed.author.as_str(), healed.reason.as_str()), ("alice", "a new brand"));
        assert_eq!(healed.at, new.at);
        assert_eq!(store.recall(PENDING.into()).await.unwrap(), None);
    }
}
