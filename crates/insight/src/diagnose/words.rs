//! Evidence and stories as sentences.

use std::net::IpAddr;

use causeway_catalog::texts::{Texts, Value};
use causeway_catalog::{Phase, last_result};

use super::{Confidence, Diagnosis, Judged, Known, Proof, Story};
use crate::finding::Evidence;
use crate::notice::NoticeKind;

/// Evidence lines of one cause that are shown.
const LINES: usize = 8;

impl Proof {
    /// The line of evidence.
    #[must_use]
    pub fn evidence(&self, texts: &Texts) -> Evidence {
        match self {
            Self::Found(finding) => finding.evidence(texts),
            Self::Known(known) => known.evidence(texts),
        }
    }
}

impl Known {
    /// The line of evidence. Where it came from is told by the names `attempt`, `history`,
    /// `configuration` and `queue`.
    #[must_use]
    pub fn evidence(&self, texts: &Texts) -> Evidence {
        let zero = causeway_model::Timestamp::from_millis(0);
        let (probe, at, finding) = match self {
            Self::Failure(attempt) => {
                let (code, reply) = last_result(attempt, Phase::Queued);
                let target = causeway_catalog::status::target(attempt);
                let args = [("target", target.into()), ("reply", format!("{code} {reply}").into())];
                ("attempt", attempt.at, texts.format("known-failure", &args))
            }
            Self::LastSuccess(success) => {
                let mut target = success.host.clone().unwrap_or_default();
                if let Some(address) = success.address {
                    target = format!("{target} [{}]:{}", address.ip(), address.port());
                }
                let tls = match &success.tls {
                    Some(tls) => tls.clone(),
                    None => texts.text("known-no-tls"),
                };
                let args = [
                    ("at", texts.moment(success.at).into()),
                    ("target", target.trim().to_owned().into()),
                    ("tls", tls.into()),
                ];
                ("history", success.at, texts.format("known-last-success", &args))
            }
            Self::NeverWorked => ("history", zero, texts.text("known-never-worked")),
            Self::Changed(change) => {
                let args = [
                    ("number", Value::from(change.revision)),
                    ("author", (&change.author).into()),
                    ("at", texts.moment(change.at).into()),
                    ("what", change.what.join("; ").into()),
                ];
                ("configuration", change.at, texts.format("known-changed", &args))
            }
            Self::NothingChanged { since } => {
                let args = [("at", texts.moment(*since).into())];
                ("configuration", *since, texts.format("known-nothing-changed", &args))
            }
            Self::AddressChanged { before, now } => {
                let args = [("before", before.into()), ("now", now.into())];
                ("history", zero, texts.format("known-address-changed", &args))
            }
            Self::Others(others) => {
                let args = [("failing", others.failing.into()), ("well", others.well.into())];
                ("queue", zero, texts.format("known-others", &args))
            }
            Self::MailboxesHere { domain, count } => {
                let args = [("domain", domain.into()), ("count", (*count).into())];
                ("configuration", zero, texts.format("known-mailboxes-here", &args))
            }
            Self::TakenBeside(taken) => {
                let args = [
                    ("host", (&taken.host).into()),
                    ("domain", (&taken.domain).into()),
                    ("at", texts.moment(taken.at).into()),
                    ("refused", taken.refused.into()),
                ];
                ("history", taken.at, texts.format("known-taken-beside", &args))
            }
            Self::Circle { at, hosts, passes } => {
                let args = [("passes", (*passes).into()), ("route", hosts.join(" → ").into())];
                ("attempt", *at, texts.format("known-circle", &args))
            }
            Self::SentBefore(sent) => {
                let line = sent.noted().line(NoticeKind::MailLoop, texts);
                ("history", sent.at, line.finding)
            }
            Self::OtherTime { theirs, ours } => {
                let args = [
                    ("theirs", texts.moment(*theirs).into()),
                    ("ours", texts.moment(*ours).into()),
                ];
                ("session", *ours, texts.format("known-other-time", &args))
            }
            Self::NoOtherServers => ("configuration", zero, texts.text("known-no-other-servers")),
            Self::SourceAddress { source, connector, own } => {
                ("configuration", zero, source_address(*source, connector.as_deref(), own, texts))
            }
        };
        Evidence { probe: probe.to_owned(), finding, at }
    }
}

/// Which key has the address, and which addresses it could have.
fn source_address(
    source: IpAddr,
    connector: Option<&str>,
    own: &[IpAddr],
    texts: &Texts,
) -> String {
    let own: Vec<String> = own.iter().map(ToString::to_string).collect();
    let (source, own) = (source.to_string(), own.join(", "));
    let args = [
        ("source", source.into()),
        ("connector", connector.unwrap_or_default().into()),
        ("known", if own.is_empty() { "no" } else { "yes" }.into()),
        ("own", own.into()),
    ];
    match connector {
        Some(_) => texts.format("known-source-of-connector", &args),
        None => texts.format("known-source-of-machine", &args),
    }
}

impl Story {
    /// The story as one sentence.
    #[must_use]
    pub fn sentence(&self, texts: &Texts) -> String {
        match self {
            Self::ChangedHere { change, worked_until } => {
                let worked = worked_until.map(|at| texts.moment(at)).unwrap_or_default();
                let args = [
                    ("number", Value::from(change.revision)),
                    ("author", (&change.author).into()),
                    ("at", texts.moment(change.at).into()),
                    ("what", change.what.join("; ").into()),
                    ("worked", worked.into()),
                ];
                texts.format("story-changed-here", &args)
            }
            Self::WorkedUntil { at, elsewhere } => {
                let key = if *elsewhere { "story-worked-until" } else { "story-unchanged" };
                texts.format(key, &[("at", texts.moment(*at).into())])
            }
            Self::NeverWorked => texts.text("story-never-worked"),
            Self::EverythingFails { failing } => {
                texts.format("story-everything-fails", &[("failing", (*failing).into())])
            }
        }
    }
}

impl Confidence {
    /// The word in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Unknown => "unknown",
        }
    }
}

impl Judged {
    /// The cause as a sentence; its id where this version does not know it.
    #[must_use]
    pub fn title(&self, texts: &Texts) -> String {
        self.catalog().map_or_else(|| self.cause.clone(), |cause| texts.text(&cause.title_key()))
    }

    /// Its evidence as lines.
    #[must_use]
    pub fn lines(&self, texts: &Texts) -> Vec<Evidence> {
        self.evidence.iter().take(LINES).map(|proof| proof.evidence(texts)).collect()
    }
}

impl Diagnosis {
    /// What happens if nothing changes.
    #[must_use]
    pub fn outlook(&self, texts: &Texts) -> String {
        let moment = |at: Option<_>| at.map(|at| texts.moment(at)).unwrap_or_default();
        if self.gone && self.next_attempt_at.is_none() {
            return texts.text("outlook-gone-now");
        }
        if self.gone {
            return texts.format("outlook-gone", &[("next", moment(self.next_attempt_at).into())]);
        }
        let args = [
            ("next", moment(self.next_attempt_at).into()),
            ("returned", moment(self.returned_at).into()),
        ];
        match (self.next_attempt_at, self.returned_at) {
            (Some(_), Some(_)) => texts.format("outlook-waiting", &args),
            (Some(_), None) => texts.format("outlook-next", &args[..1]),
            (None, Some(_)) => texts.format("outlook-returned", &args[1..]),
            _ => texts.text("outlook-nothing"),
        }
    }

    /// The cause that is named as a sentence; where all are ruled out, that none fits.
    #[must_use]
    pub fn cause(&self, texts: &Texts) -> String {
        match self.top() {
            Some(named) => named.title(texts),
            None => texts.text(self.unexplained()),
        }
    }

    /// What the one whose move it is does.
    #[must_use]
    pub fn action(&self, through_connector: bool, texts: &Texts) -> Option<String> {
        match self.top() {
            Some(named) => {
                named.catalog().map(|cause| texts.text(&cause.action_key_on(through_connector)))
            }
            None => Some(texts.text(&format!("{}.do", self.unexplained()))),
        }
    }

    /// The text where all causes are ruled out.
    const fn unexplained(&self) -> &'static str {
        if self.gone { "no-cause-holds" } else { "no-cause-fits" }
    }

    /// The evidence of the cause that stands first.
    #[must_use]
    pub fn evidence(&self, texts: &Texts) -> Vec<Evidence> {
        self.top().map(|judged| judged.lines(texts)).unwrap_or_default()
    }
}
