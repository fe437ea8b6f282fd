//! What a proposed text would do: read and compiled, and the queue followed through it. Changes nothing.

use std::sync::Arc;

use causeway_admin::ControlError;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::Timestamp;
use causeway_model::config::{Machine, Places, Problem, Severity};
use causeway_net::clock::Clock;
use causeway_policy::{MailPolicy, Plan, Planner, QueuedRecipient};
use causeway_store::WaitingRecipient;
use tokio::sync::mpsc;

use super::super::Server;
use super::super::mailboxes::MailboxMap;
use super::{Active, compiled, would_empty};
use crate::cli::configuration::{self, Loaded, MACHINE_FILE};
use crate::cli::here;

/// Queued recipients that are read from the store at once.
const PAGE: usize = 5_000;

/// A proposal that can be read.
pub(super) struct Proposed {
    pub(super) policy: MailPolicy,
    pub(super) problems: Vec<Problem>,
    pub(super) text: String,
}

/// What is doubtful, of everything that was found.
pub(super) fn warnings(problems: &[Problem]) -> Vec<Sentence> {
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning);
    warnings.map(Sentence::from).collect()
}

/// Reads and compiles a text, on a thread of its own: large ones take a while.
///
/// # Errors
/// [`ControlError::Unusable`] with everything that is wrong in it.
pub(super) async fn proposed(server: &Arc<Server>, text: String) -> Result<Proposed, ControlError> {
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
        problems.extend(here::doubts((flow, &places), (machine, &machine_places)));
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
///
/// # Errors
/// The store's.
pub(super) async fn rehearse(
    server: &Arc<Server>,
    active: &Active,
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
    let (mut plan, proposed) = planning.await.map_err(|_| {
        ControlError::Unavailable("the rehearsal broke off; see the server's log".into())
    })?;
    if would_empty(&proposed.text, &active.text) {
        refuse_unless_insisted(&mut plan, active.number);
    }
    Ok((plan, proposed))
}

/// A text with nothing in it: more likely an accident (a full disk, the wrong directory) than the wish to have no
/// domains. What is refused for worse stays refused.
fn refuse_unless_insisted(plan: &mut Plan, number: u64) {
    if plan.refused.is_none() || plan.can_be_forced {
        plan.refused = Some(Parts::of("flow-emptied").with("number", number).into());
        plan.can_be_forced = true;
    }
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
