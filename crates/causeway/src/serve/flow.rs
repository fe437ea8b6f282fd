//! The organization's mail flow under change: which revision is in force, and how the next one comes.
//!
//! **What it promises.** A change is done whole or not at all: rehearsed, written to `mailflow.toml`
//! (another file, synced, then renamed over it), recorded as a revision, and only then in force, for
//! all sessions and for everything that waits. No session and no attempt under way is dropped. Changes
//! come one after the other, and a change that was made from an older revision is refused. What a person
//! writes into the file is never written over without a trace: it is refused, or kept beside the file when an
//! administrator insists. A file that is gone or empty, where there was a mail flow, is never taken for the wish to
//! have none: at a start, at a signal and in a change the newest revision stays in force until somebody insists.
//!
//! **How it fails.** What a change is about to do is noted in the store before the file is touched. After a
//! crash between file and revision the next start finds the note and completes the revision; whatever
//! else the file has that no revision knows becomes a revision of its own.
//! Which revision was in force last is kept, too: after a crash between a revision and its coming into force the
//! next start lets waiting mail take its new way.
//!
//! **Reading order.** This file: what is in force, and the start; then `change`, the next one, and `rehearsal`,
//! what it would do.

mod change;
mod rehearsal;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use causeway_admin::types::FlowView;
use causeway_catalog::sentence::Sentence;
use causeway_dispatch::Dispatch;
use causeway_model::Timestamp;
use causeway_model::config::MailFlow;
use causeway_policy::MailPolicy;
use causeway_store::{NewRevision, Revision, SharedStore, StoreError};
use parking_lot::RwLock;
use tracing::{info, warn};

pub(crate) use self::change::{apply, plan, reload};
use super::Server;
use super::file;
use crate::cli::configuration::{MAIL_FLOW_FILE, mail_flow_text};

/// The note of a change that has begun.
const PENDING: &str = "flow/pending";

/// The number of the revision that was in force last, and that waiting mail goes by.
const IN_FORCE: &str = "flow/in-force";

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
    /// Since when, by the queue's clock: what begins from here on goes by it.
    since: Timestamp,
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
        let number = match &newest {
            Some(newest) if newest.text == text => newest.entry.number,
            _ => {
                let before = newest.as_ref().map(|newest| flow_of(&newest.text));
                let new = match noted(store, &text).await? {
                    Some(noted) => noted,
                    None => found_at_start(before.as_ref(), flow, text.clone(), now),
                };
                let author = new.author.clone();
                let number = store.record_revision(new, None).await?;
                info!(revision = number, %author, "the mail flow is a new revision");
                number
            }
        };
        let replaced = replaced(store, newest, number).await?;
        store.forget_facts(vec![PENDING.into()]).await?;
        Ok(Self {
            directory: directory.to_owned(),
            active: RwLock::new(Arc::new(Active { number, text, since: Timestamp::default() })),
            replaced,
            changing: tokio::sync::Mutex::default(),
        })
    }

    /// Once the queue is known: what has another way than before the start takes it at once.
    pub(crate) async fn reroute_replaced(
        &self,
        store: &SharedStore,
        dispatch: &Dispatch,
        hostname: &str,
    ) {
        if let Some(replaced) = &self.replaced {
            dispatch.reroute(Arc::new(compiled(Arc::new(replaced.clone()), hostname))).await;
        }
        remember_in_force(store, self.active().number).await;
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
            Ok(text) if would_empty(&text, &active.text) => {
                Some(gone_or_empty(&self.path(), active.number))
            }
            Ok(_) => Some(format!(
                "{MAIL_FLOW_FILE} has been edited since revision {}, which is in force: `causeway \
                 plan` shows what it would change, `causeway apply` puts it in force",
                active.number
            )),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Some(format!(
                "{MAIL_FLOW_FILE} is not UTF-8 text: save it as UTF-8; revision {} stays in force",
                active.number
            )),
            Err(error) => Some(format!(
                "{MAIL_FLOW_FILE} cannot be read: {error}; revision {} stays in force",
                active.number
            )),
        }
    }

    /// When the file was written last; `None` when it is gone.
    pub(crate) fn edited_at(&self) -> Option<Timestamp> {
        file::written_at(&self.path())
    }
}

/// True when a text has nothing in it and would take the place of one that has.
fn would_empty(text: &str, in_force: &str) -> bool {
    text.trim().is_empty() && !in_force.trim().is_empty()
}

/// Why such a file is not in force, and the two ways on.
fn gone_or_empty(path: &Path, number: u64) -> String {
    format!(
        "{} is gone or empty; revision {number} stays in force. `causeway revert {number}` writes \
         the file again; if there is to be no mail flow, insist: `causeway apply /dev/null --force`",
        path.display()
    )
}

/// At start, `text` has been read: the newest revision, when it has to stay in force instead, because the file is
/// gone or empty and nobody has insisted on that. The file is not touched.
///
/// # Errors
/// The store's.
pub(crate) async fn instead_of_nothing(
    store: &SharedStore,
    text: &str,
) -> Result<Option<Revision>, StoreError> {
    if !text.trim().is_empty() {
        return Ok(None);
    }
    let newest = store.revision(None).await?;
    let Some(newest) = newest.filter(|newest| would_empty(text, &newest.text)) else {
        return Ok(None);
    };
    // Insisted upon, and the server ended before it was a revision.
    let is_meant = noted(store, text).await?.is_some();
    Ok(Some(newest).filter(|_| !is_meant))
}

/// The mail flow of a revision that stays in force although the file has another text.
///
/// # Errors
/// One clear line, and all errors of the text: an older program could read it and this one cannot.
pub(crate) fn still_in_force(
    revision: &Revision,
    directory: &Path,
) -> Result<(MailFlow, String), Vec<String>> {
    let line = gone_or_empty(&directory.join(MAIL_FLOW_FILE), revision.entry.number);
    let loaded = mail_flow_text(revision.text.clone());
    match loaded.value {
        Some(flow) => Ok((flow, line)),
        None => {
            let problems = loaded.problems.iter().map(ToString::to_string);
            Err(std::iter::once(line).chain(problems).collect())
        }
    }
}

/// What was in force when the server ended, when that is not what comes into force now. `newest` was the newest
/// revision at that time.
async fn replaced(
    store: &SharedStore,
    newest: Option<Revision>,
    number: u64,
) -> Result<Option<MailFlow>, StoreError> {
    let Some(newest) = newest else { return Ok(None) };
    let last = store.recall(IN_FORCE.into()).await?;
    // Where nothing was kept, an older program has ended in good order.
    let last = last.and_then(|last| last.parse().ok()).unwrap_or(newest.entry.number);
    if last == number {
        return Ok(None);
    }
    Ok(store.revision(Some(last)).await?.map(|before| flow_of(&before.text)))
}

/// Everything that waits goes by this revision now.
async fn remember_in_force(store: &SharedStore, number: u64) {
    if let Err(problem) = store.remember(IN_FORCE.into(), number.to_string()).await {
        // The next start looks through the queue once more than it needs to.
        warn!(%problem, "which revision is in force could not be kept");
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

/// Since when the mail flow in force is so; 1970: since before the start.
pub(crate) fn in_force_since(server: &Server) -> Timestamp {
    server.flow.active().since
}

/// The port of the first listener for other servers; behind an address translation that is not ours to
/// know, it is 25 outside.
fn smtp_port(server: &Server) -> u16 {
    let smtp = server.listeners.iter().find(|listener| listener.protocol == "smtp");
    smtp.map_or(25, |listener| listener.address.port())
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
    async fn a_revision_that_was_not_in_force_before_the_crash_is_one_that_replaces() {
        let place = tempfile::tempdir().unwrap();
        let store = store(&place);
        let keeper = |text: &'static str| {
            let flow = MailFlow::parse(text, MAIL_FLOW_FILE).unwrap().0;
            let (store, now) = (SharedStore::clone(&store), Timestamp::from_millis(5));
            async move {
                let directory = Path::new("/nonexistent");
                FlowKeeper::open(&store, directory, &flow, text.into(), now).await.unwrap()
            }
        };
        const OLD: &str = "[[domain]]\nname = \"a.test\"\n";
        const NEW: &str = "[[domain]]\nname = \"b.test\"\n";
        assert_eq!(keeper(OLD).await.replaced, None, "the first one replaces nothing");
        remember_in_force(&store, 1).await;
        assert_eq!(keeper(OLD).await.replaced, None);
        // Recorded, and the server ended before it was in force.
        assert_eq!(keeper(NEW).await.active().number, 2);
        for _ in 0..2 {
            let replaced = keeper(NEW).await.replaced;
            assert_eq!(replaced, Some(flow_of(OLD)), "until waiting mail goes by the new one");
        }
        remember_in_force(&store, 2).await;
        assert_eq!(keeper(NEW).await.replaced, None);
    }

    #[tokio::test]
    async fn nothing_at_all_never_takes_the_place_of_a_mail_flow_unless_it_was_meant() {
        const TEXT: &str = "[[domain]]\nname = \"a.test\"\n";
        let place = tempfile::tempdir().unwrap();
        let store = store(&place);
        assert_eq!(instead_of_nothing(&store, "").await.unwrap(), None, "a first start");
        open(&store, TEXT).await;
        for blank in ["", "\n \r\n"] {
            let kept = instead_of_nothing(&store, blank).await.unwrap().unwrap();
            assert_eq!((kept.entry.number, kept.text.as_str()), (1, TEXT));
        }
        assert_eq!(instead_of_nothing(&store, "# meant\n").await.unwrap(), None);
        // Insisted upon; the crash came before the revision.
        let meant =
            found_at_start(None, &MailFlow::default(), String::new(), Timestamp::from_millis(6));
        let note = serde_json::to_string(&meant).unwrap();
        store.remember(PENDING.into(), note).await.unwrap();
        assert_eq!(instead_of_nothing(&store, "").await.unwrap(), None);
        assert_eq!(open(&store, "").await, 2);
        assert_eq!(instead_of_nothing(&store, "").await.unwrap(), None, "it is in force");
    }

    #[test]
    fn what_is_said_of_the_file_has_its_text_in_every_language() {
        for language in causeway_model::config::Language::ALL {
            for key in ["flow-emptied", "flow-replaces-edits"] {
                assert!(causeway_catalog::Texts::get(language).has(key), "{language:?}: {key}");
            }
        }
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
