//! Recipients with the same fate are told about together.

use causeway_catalog::{Phase, Problem, status_of};
use causeway_model::{Attempt, Failure, Outcome, Stage};

use super::{ReportRecipient, ReportRequest};

/// Recipients that failed (or wait) for the same reason at the same place. Never empty.
pub(super) struct Group<'a> {
    pub(super) members: Vec<&'a ReportRecipient>,
}

impl<'a> Group<'a> {
    /// Any one of them: they are alike.
    pub(super) fn any(&self) -> Option<&'a ReportRecipient> {
        self.members.first().copied()
    }

    /// Their addresses, at most `limit`, and how many more there are.
    pub(super) fn addresses(&self, limit: usize) -> (Vec<String>, usize) {
        let listed: Vec<String> =
            self.members.iter().take(limit).map(|m| m.recipient.address.to_string()).collect();
        let more = self.members.len() - listed.len();
        (listed, more)
    }
}

/// The groups, in the order in which their first members come.
pub(super) fn groups<'a>(request: &ReportRequest<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<(Vec<String>, Group<'a>)> = Vec::new();
    for recipient in request.recipients {
        let key = key(recipient);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.members.push(recipient),
            None => groups.push((key, Group { members: vec![recipient] })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Equal for recipients that can be told about together.
fn key(recipient: &ReportRecipient) -> Vec<String> {
    let mut key = vec![
        recipient.recipient.address.domain().to_string(),
        format!("{:?} {}", recipient.phase, recipient.attempt_count),
    ];
    if let Some(attempt) = &recipient.result {
        let line = status_of(attempt, recipient.phase);
        key.push(line.code_text());
        // A peer may repeat the address in its words; those recipients stand alone then.
        key.push(line.text);
        key.push(format!("{:?} {:?}", attempt.host, attempt.address));
        key.push(format!("{:?}", failure(recipient).map(|(f, stage)| Problem::of(f, stage))));
    }
    key.extend(recipient.causes.iter().map(|c| format!("{}{:?}", c.cause.id, c.standing)));
    key
}

/// The failure of a recipient's result and its stage.
pub(super) fn failure(recipient: &ReportRecipient) -> Option<(&Failure, Stage)> {
    match recipient.result.as_ref() {
        Some(Attempt { outcome: Outcome::Failure(failure), stage, .. }) => Some((failure, *stage)),
        _ => None,
    }
}

/// Both codes of a recipient.
pub(super) fn code_text(recipient: &ReportRecipient) -> String {
    match &recipient.result {
        Some(attempt) => causeway_catalog::last_result(attempt, recipient.phase).0,
        None if recipient.phase == Phase::Queued => "450 4.4.7".into(),
        None => "550 5.4.7".into(),
    }
}
