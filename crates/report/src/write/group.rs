//! Recipients with the same fate are told about together.

use std::collections::HashMap;

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

/// How finely recipients are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// By what went wrong.
    Person,
    /// By codes, server and words too.
    Admin,
}

/// The groups, in the order in which their first members come.
pub(super) fn groups<'a>(request: &ReportRequest<'a>, reader: For) -> Vec<Group<'a>> {
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for recipient in request.recipients {
        let place = *places.entry(key(recipient, reader)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.members.push(recipient),
            None => groups.push(Group { members: vec![recipient] }),
        }
    }
    groups
}

/// Equal for recipients that can be told about together.
fn key(recipient: &ReportRecipient, reader: For) -> Vec<String> {
    let mut key = vec![
        recipient.recipient.address.domain().to_string(),
        format!("{:?} {} {:?}", recipient.phase, recipient.attempt_count, recipient.returned),
        format!("{:?}", failure(recipient).map(|(f, stage)| Problem::of(f, stage))),
    ];
    key.extend(recipient.causes.iter().map(|c| format!("{}{:?}", c.cause.id, c.standing)));
    if let (For::Admin, Some(attempt)) = (reader, &recipient.result) {
        let line = status_of(attempt, recipient.phase);
        key.push(line.code_text());
        // Many servers repeat the address in their words; that makes no difference.
        key.push(line.text.replace(&recipient.recipient.address.to_string(), ""));
        key.push(format!("{:?} {:?}", attempt.host, attempt.address));
    }
    if let (For::Person, Some((Failure::TooBig { limit, .. }, _))) = (reader, failure(recipient)) {
        key.push(limit.to_string());
    }
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
