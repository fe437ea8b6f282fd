//! The one change at a time: rehearsed, made durable, put in force.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use causeway_admin::types::{ApplyAnswer, PlanAnswer, ProblemView};
use causeway_admin::{ControlError, FlowChange};
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_store::{NewRevision, StoreError};
use tracing::{info, warn};

use super::super::Server;
use super::super::file::{self, NotReplaced, Replaced};
use super::rehearsal::{Proposed, proposed, rehearse, warnings};
use super::{Active, PENDING, THE_FILE, gone_or_empty, recorded, remember_in_force, would_empty};
use crate::cli::configuration::MAIL_FLOW_FILE;

/// What is in the file while a change is made.
struct OnDisk {
    path: PathBuf,
    octets: Vec<u8>,
}

impl OnDisk {
    fn read(server: &Server) -> std::io::Result<Self> {
        let path = server.flow.path();
        file::octets(&path).map(|octets| Self { path, octets })
    }

    fn is(&self, text: &str) -> bool {
        self.octets == text.as_bytes()
    }

    /// True when it has something that is in no revision and not in `proposed` either.
    fn has_edits(&self, active: &Active, proposed: &str) -> bool {
        !self.octets.trim_ascii().is_empty() && !self.is(&active.text) && !self.is(proposed)
    }
}

/// What a text would do.
///
/// # Errors
/// The text has errors, or the store's.
pub(crate) async fn plan(server: &Arc<Server>, text: String) -> Result<PlanAnswer, ControlError> {
    let active = server.flow.active();
    let proposed = proposed(server, text).await?;
    let warnings = warnings(&proposed.problems);
    let errors = ProblemView::errors(&proposed.problems);
    let replaces_edits =
        OnDisk::read(server).is_ok_and(|on_disk| on_disk.has_edits(&active, &proposed.text));
    let file_differs = replaces_edits
        .then(|| Sentence::from(Parts::of("flow-replaces-edits").with("number", active.number)));
    let (plan, _) = rehearse(server, &active, proposed).await?;
    Ok(PlanAnswer { plan, base: active.number, warnings, errors, file_differs })
}

/// Puts a text in force. Runs in a task of its own: who asked may go away.
///
/// # Errors
/// Why nothing was changed.
pub(crate) async fn apply(
    server: &Arc<Server>,
    change: FlowChange,
) -> Result<ApplyAnswer, ControlError> {
    let server = Arc::clone(server);
    let applying = tokio::spawn(async move { apply_now(&server, change).await });
    applying.await.unwrap_or_else(|_| {
        Err(ControlError::Unavailable("the change broke off; see the server's log".into()))
    })
}

async fn apply_now(server: &Arc<Server>, change: FlowChange) -> Result<ApplyAnswer, ControlError> {
    let _one_at_a_time = server.flow.changing.lock().await;
    let active = server.flow.active();
    let FlowChange { text, base, reason, force, author } = change;
    if base != active.number {
        return Err(made_from_another(base, active.number));
    }
    let proposed = proposed(server, text).await?;
    let on_disk = OnDisk::read(server).map_err(|error| unreadable(&error))?;
    let has_edits = on_disk.has_edits(&active, &proposed.text);
    if has_edits && !force {
        return Err(would_lose_edits(active.number));
    }
    let warnings = warnings(&proposed.problems);
    let errors = ProblemView::errors(&proposed.problems);
    let (plan, proposed) = rehearse(server, &active, proposed).await?;
    let is_refused = plan.stands_refused(force);
    let is_on_disk = on_disk.is(&proposed.text);
    let mut answer = ApplyAnswer {
        plan,
        applied: !is_refused,
        revision: active.number,
        warnings,
        errors,
        kept_edits: None,
    };
    if is_refused || (proposed.text == active.text && is_on_disk) {
        return Ok(answer);
    }
    let new = NewRevision {
        at: server.dispatch.now(),
        author,
        reason,
        changes: recorded(answer.plan.changes.clone()),
        effects: serde_json::to_string(&answer.plan.effects).unwrap_or_else(|_| "[]".into()),
        text: proposed.text.clone(),
    };
    answer.revision = if is_on_disk {
        server.store.record_revision(new, Some(active.number)).await?
    } else {
        if has_edits {
            answer.kept_edits = Some(keep_edits(&on_disk, active.number).await?);
        }
        make_durable(server, new, on_disk, active.number).await?
    };
    put_in_force(server, proposed, answer.revision).await;
    Ok(answer)
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

/// What cannot be read cannot be kept either.
fn unreadable(error: &std::io::Error) -> ControlError {
    ControlError::Conflict {
        what: format!("{MAIL_FLOW_FILE} cannot be read ({error}), and what it has would be lost"),
        instead: "let the server's user read it, or move it away".into(),
    }
}

fn would_lose_edits(number: u64) -> ControlError {
    ControlError::Conflict {
        what: format!(
            "{MAIL_FLOW_FILE} has changes that are in no revision (the newest is {number}), and \
             they would be replaced"
        ),
        instead: "apply them first (`causeway apply`), or insist with --force: then they are kept \
                  in a file beside it"
            .into(),
    }
}

/// Keeps edits that were never in force beside the file. They are no revision: a revision was in force.
async fn keep_edits(on_disk: &OnDisk, number: u64) -> Result<String, ControlError> {
    let (path, octets) = (on_disk.path.clone(), on_disk.octets.clone());
    let keep = move || file::keep(&path, &format!("edited-after-{number}"), &octets);
    let kept = tokio::task::spawn_blocking(keep).await.map_err(std::io::Error::other);
    let kept = kept.and_then(|kept| kept).map_err(|error| ControlError::Prevented {
        what: format!(
            "the edits of {MAIL_FLOW_FILE} cannot be kept in a file beside it: {error}; \
                 nothing was changed"
        ),
        instead: "let the server's user write this directory, or apply the edits first".into(),
    })?;
    let kept = kept.display().to_string();
    info!(%kept, "edits of the mail flow that were never in force are replaced, and kept");
    Ok(kept)
}

/// The file, which had `before`, and the revision.
async fn make_durable(
    server: &Server,
    new: NewRevision,
    before: OnDisk,
    base: u64,
) -> Result<u64, ControlError> {
    let note = serde_json::to_string(&new).map_err(|error| {
        ControlError::Unavailable(format!("the change could not be noted: {error}"))
    })?;
    server.store.remember(PENDING.into(), note).await?;
    die_at("flow-noted");
    let text = new.text.clone().into_bytes();
    let OnDisk { path, octets: before } = before;
    if let Err(error) = write_in_background(path.clone(), before.clone(), text.clone()).await {
        server.store.forget_facts(vec![PENDING.into()]).await?;
        return Err(not_written(&path, error));
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
            if let Err(problem) = write_in_background(path, text, before).await {
                warn!(%problem, "{MAIL_FLOW_FILE} has a change that is not in force");
            }
            Err(error.into())
        }
    }
}

fn not_written(path: &Path, error: NotReplaced) -> ControlError {
    match error {
        NotReplaced::Changed => ControlError::Conflict {
            what: format!(
                "{} was edited while the change was looked at; nothing was changed",
                path.display()
            ),
            instead: "look at it, and at `causeway plan`, and give the command again".into(),
        },
        NotReplaced::System(error) => ControlError::Prevented {
            what: format!("{} cannot be written: {error}; nothing was changed", path.display()),
            instead:
                "let the server's user write this directory, or edit the file by hand and run \
                      `causeway apply`"
                    .into(),
        },
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

async fn write_in_background(
    path: PathBuf,
    before: Vec<u8>,
    new: Vec<u8>,
) -> Result<(), NotReplaced> {
    let replaced = tokio::task::spawn_blocking(move || file::replace(&path, &before, &new))
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error).into()))?;
    if let Replaced::MayNotLast(problem) = replaced {
        // It has its new text: whatever comes next must not say otherwise.
        warn!(%problem, "{MAIL_FLOW_FILE} is written; after a power cut it may be the old one");
    }
    Ok(())
}

/// Sessions, workers and everything that waits work by the new policy from here on.
async fn put_in_force(server: &Server, proposed: Proposed, revision: u64) {
    let Proposed { policy, text, .. } = proposed;
    server.pop_register.configure(policy.flow().relay.pop_before_smtp);
    let before = {
        let mut active = server.flow.active.write();
        let before = server.policy.swap(Arc::new(policy));
        let since = server.dispatch.now();
        *active = Arc::new(Active { number: revision, text, since });
        before
    };
    *server.reload_problem.lock() = None;
    server.dispatch.reroute(before).await;
    remember_in_force(&server.store, revision).await;
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
    if would_empty(&text, &active.text) {
        return Err(gone_or_empty(&server.flow.path(), active.number));
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
    let (plan, proposed) =
        rehearse(server, &active, proposed).await.map_err(|error| error.to_string())?;
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
