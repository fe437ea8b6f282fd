//! Alerts as readers see them: the shape of `alert list`, in the reader's language.

use causeway_catalog::causes::causes_of_attempt;
use causeway_catalog::status::visible;
use causeway_catalog::{Phase, Texts, WhoActs, last_result};
use causeway_model::{Attempt, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Alert, Checked, Closing, Outcome, State};
use crate::diagnose::{Confidence, Diagnosis, Judged, Known, Standing};
use crate::finding::Evidence;
use crate::notice::Notice;
use crate::remedy::Offer;

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AlertView {
    /// Its number.
    pub id: u64,
    /// What it is about: `path` for a failing path, else the kind of notice: `mail-loop`, `unused-connector`, …
    #[serde(default = "a_path")]
    pub kind: String,
    /// The failing path: `connector "to on-premises"`, `MX 10 mx.partner.example`; of a notice its kind and
    /// what it is about: `mail-loop contoso.example`.
    pub path: String,
    /// The connector, when it is one.
    pub connector: Option<String>,
    /// The server that was tried last.
    pub destination: Option<String>,
    /// Reply code and enhanced code: `450 4.4.316`.
    pub code: String,
    /// The peer's words, or ours where no peer spoke.
    pub reply: String,
    /// The cause as a sentence: the confirmed or likely one; else the first that is possible, never one that is
    /// ruled out. Where all are, it says that none of the known causes fits.
    pub cause: Option<String>,
    /// The cause's stable name; `null` where none fits.
    pub cause_id: Option<String>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Everything that is worth asking was asked; until then the cause may become surer.
    pub complete: bool,
    /// Whose move it is.
    #[schema(value_type = String)]
    pub who_acts: WhoActs,
    /// What they do.
    pub what_to_do: Option<String>,
    /// How it came about.
    pub story: Option<String>,
    /// What happens next.
    pub outlook: Option<String>,
    /// When the path failed first.
    pub first_seen: Timestamp,
    /// When it failed last.
    pub last_seen: Timestamp,
    /// Recipients that wait for it; 0 when it is closed. Of a notice what is counted: messages, recipients or
    /// connections (when it is closed, the most of them); 0 where nothing is.
    pub messages: u64,
    /// Open or closed.
    pub state: State,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_at: Option<Timestamp>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_because: Option<String>,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// What the cause rests on.
    pub evidence: Vec<Evidence>,
    /// Other causes that hold, too.
    #[serde(default)]
    pub also_confirmed: Vec<CauseView>,
    /// Other causes that may hold.
    pub also_possible: Vec<CauseView>,
    /// Causes that do not.
    pub ruled_out: Vec<CauseView>,
    /// The ways out that this server can go by itself, the best first; then what people do.
    pub remedies: Vec<RemedyView>,
    /// What was done, oldest first.
    pub fixes: Vec<FixView>,
}

/// A cause that is not the one named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CauseView {
    /// Its stable name.
    pub cause_id: String,
    /// As a sentence.
    pub cause: String,
    /// `confirmed`, `likely`, `possible` or `ruled_out`.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// What this rests on.
    pub evidence: Vec<Evidence>,
}

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RemedyView {
    /// The name for `fix plan` and `fix apply`; `by-hand` for what people do.
    pub id: String,
    /// As a sentence.
    pub title: String,
    /// This server can do it: `fix apply`.
    pub automatic: bool,
    /// What is less safe afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub warning: Option<String>,
}

/// A remedy that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FixView {
    /// The remedy.
    pub remedy: String,
    /// As a sentence.
    pub title: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// The revision it made.
    pub revision: Option<u64>,
    /// `pending`, `helped` or `did_not_help`.
    pub outcome: String,
    /// The same as a sentence.
    pub detail: String,
    /// What a probe found right afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checked: Option<CheckView>,
}

/// What a probe found right after a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckView {
    /// A session came about as mail needs it.
    pub works: bool,
    /// The same as a sentence.
    pub sentence: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

impl CheckView {
    /// For a reader.
    #[must_use]
    pub fn of(checked: &Checked, texts: &Texts) -> Self {
        let key = match (checked.works, checked.connector) {
            (true, true) => "fix-probe-works",
            (true, false) => "fix-probe-works-direct",
            (false, _) => "fix-probe-fails",
        };
        Self {
            works: checked.works,
            sentence: texts.text(key),
            evidence: checked.findings.iter().map(|finding| finding.evidence(texts)).collect(),
        }
    }
}

/// The name of what people do, among remedies.
pub const BY_HAND: &str = "by-hand";

impl RemedyView {
    /// An offer in the reader's language.
    #[must_use]
    pub fn of(offer: &Offer, texts: &Texts) -> Self {
        Self {
            id: offer.id.clone(),
            title: offer.title(texts),
            automatic: true,
            warning: offer.warning(texts),
        }
    }
}

/// The kind of alerts about failing paths.
pub const PATH: &str = "path";

fn a_path() -> String {
    PATH.to_owned()
}

/// Server, address and port, as far as they are known.
fn destination(attempt: &Attempt) -> Option<String> {
    match (&attempt.host, attempt.address) {
        (Some(host), Some(address)) => {
            Some(format!("{host} [{}]:{}", address.ip(), address.port()))
        }
        (Some(host), None) => Some(host.clone()),
        (None, Some(address)) => Some(format!("[{}]:{}", address.ip(), address.port())),
        (None, None) => None,
    }
}

/// What the cause rests on; and, where the last attempt tried several hosts or addresses, how each of them failed.
fn evidence(alert: &Alert, texts: &Texts) -> Vec<Evidence> {
    let diagnosis = alert.diagnosis.as_ref();
    let mut lines = diagnosis.map(|diagnosis| diagnosis.evidence(texts)).unwrap_or_default();
    let tries: Vec<&Attempt> = alert.tries().collect();
    if tries.len() > 1 {
        for attempt in tries {
            let line = Known::Failure(Box::new(attempt.clone())).evidence(texts);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

fn cause(judged: &Judged, texts: &Texts) -> CauseView {
    CauseView {
        cause_id: judged.cause.clone(),
        cause: judged.title(texts),
        standing: judged.standing,
        evidence: judged.lines(texts),
    }
}

/// Why it is closed, as a clause.
#[must_use]
pub fn closing(closing: &Closing, texts: &Texts) -> String {
    match closing {
        Closing::MailFlows => texts.text("closing-mail-flows"),
        Closing::NothingWaits => texts.text("closing-nothing-waits"),
        Closing::Mended => texts.text("closing-mended"),
        Closing::ByHand { author, reason } if reason.is_empty() => {
            texts.format("closing-by-hand", &[("author", author.into())])
        }
        Closing::ByHand { author, reason } => {
            let by = texts.format("closing-by-hand", &[("author", author.into())]);
            format!("{by}: {reason}")
        }
    }
}

fn fixes(alert: &Alert, texts: &Texts) -> Vec<FixView> {
    let view = |fix: &super::Fix| {
        let at = texts.moment(fix.at);
        let (outcome, detail) = match &fix.outcome {
            Outcome::Pending if alert.notice.is_some() => {
                ("pending", texts.format("fix-watched", &[("at", at.into())]))
            }
            Outcome::Pending => ("pending", texts.format("fix-pending", &[("at", at.into())])),
            Outcome::Helped { .. } => ("helped", texts.format("fix-helped", &[("at", at.into())])),
            Outcome::Unused { .. } => ("pending", texts.format("fix-unused", &[("at", at.into())])),
            Outcome::DidNotHelp { .. } if alert.notice.is_some() => {
                ("did_not_help", texts.format("fix-still-so", &[("at", at.into())]))
            }
            Outcome::DidNotHelp { code, reply, .. } => {
                let args = [("at", at.into()), ("reply", format!("{code} {reply}").into())];
                ("did_not_help", texts.format("fix-did-not-help", &args))
            }
        };
        FixView {
            remedy: fix.offer.id.clone(),
            title: fix.offer.title(texts),
            at: fix.at,
            author: fix.author.clone(),
            revision: fix.revision,
            outcome: outcome.to_owned(),
            detail,
            checked: fix.checked.as_ref().map(|checked| CheckView::of(checked, texts)),
        }
    };
    alert.fixes.iter().map(view).collect()
}

/// The automatic ways out, and what people do.
fn remedies(alert: &Alert, what_to_do: Option<&String>, texts: &Texts) -> Vec<RemedyView> {
    let automatic = alert.offers.iter().map(|offer| RemedyView::of(offer, texts));
    let by_hand = what_to_do.map(|title| RemedyView {
        id: BY_HAND.to_owned(),
        title: title.clone(),
        automatic: false,
        warning: None,
    });
    automatic.chain(by_hand).collect()
}

impl AlertView {
    /// The alert in the reader's language.
    #[must_use]
    pub fn of(alert: &Alert, texts: &Texts) -> Self {
        let mut view = match (&alert.notice, &alert.attempt) {
            (Some(notice), _) => Self::of_notice(alert, notice, texts),
            (None, Some(attempt)) => Self::of_path(alert, attempt, texts),
            (None, None) => Self::bare(alert, texts),
        };
        view.foreign_words().for_each(|text| *text = visible(text));
        view
    }

    /// Texts that may hold what a peer said or a person wrote, wherever they are shown.
    fn foreign_words(&mut self) -> impl Iterator<Item = &mut String> {
        let causes = self.also_confirmed.iter_mut().chain(&mut self.also_possible);
        let evidence = causes.chain(&mut self.ruled_out).flat_map(|cause| &mut cause.evidence);
        let checked = self.fixes.iter_mut().flat_map(|fix| {
            let checked = fix.checked.iter_mut().flat_map(|checked| &mut checked.evidence);
            [&mut fix.title, &mut fix.detail, &mut fix.author]
                .into_iter()
                .chain(checked.map(|line| &mut line.finding))
        });
        let lines = self.evidence.iter_mut().chain(evidence).map(|line| &mut line.finding);
        let single = [&mut self.path, &mut self.reply];
        let given = [&mut self.connector, &mut self.destination, &mut self.cause, &mut self.story];
        let given = given.into_iter().chain([&mut self.closed_because]).flatten();
        let offered = self.remedies.iter_mut().map(|remedy| &mut remedy.title);
        single.into_iter().chain(given).chain(lines).chain(offered).chain(checked)
    }

    /// What every alert has.
    fn bare(alert: &Alert, texts: &Texts) -> Self {
        let closed = alert.closed.as_ref();
        Self {
            id: alert.id,
            kind: a_path(),
            path: alert.path.clone(),
            connector: None,
            destination: None,
            code: String::new(),
            reply: String::new(),
            cause: None,
            cause_id: None,
            confidence: Confidence::Unknown,
            complete: false,
            who_acts: WhoActs::Service,
            what_to_do: None,
            story: None,
            outlook: None,
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            messages: if alert.is_open() { alert.waiting } else { alert.most },
            state: alert.state,
            closed_at: closed.map(|(at, _)| *at),
            closed_because: closed.map(|(_, why)| closing(why, texts)),
            next_attempt_at: None,
            evidence: Vec::new(),
            also_confirmed: Vec::new(),
            also_possible: Vec::new(),
            ruled_out: Vec::new(),
            remedies: remedies(alert, None, texts),
            fixes: fixes(alert, texts),
        }
    }

    /// What was noticed is known: there is nothing to diagnose.
    fn of_notice(alert: &Alert, notice: &Notice, texts: &Texts) -> Self {
        let what_to_do = Some(notice.action(texts));
        Self {
            kind: notice.kind.name().to_owned(),
            connector: notice.offers.iter().find_map(|offer| offer.connector.clone()),
            code: notice.code().to_owned(),
            cause: Some(notice.title(texts)),
            cause_id: Some(notice.kind.name().to_owned()),
            confidence: Confidence::Confirmed,
            complete: true,
            who_acts: notice.who,
            remedies: remedies(alert, what_to_do.as_ref(), texts),
            what_to_do,
            evidence: notice.lines(texts),
            ..Self::bare(alert, texts)
        }
    }

    fn of_path(alert: &Alert, attempt: &Attempt, texts: &Texts) -> Self {
        let (code, reply) = last_result(attempt, Phase::Queued);
        let diagnosis = alert.diagnosis.as_ref();
        let through_connector = attempt.connector.is_some();
        // Until there is a diagnosis, the first of the possible causes.
        let first = || causes_of_attempt(attempt).into_iter().next();
        let untested = if diagnosis.is_none() { first() } else { None };
        let untested_who = || untested.map(|cause| cause.who_acts(through_connector));
        let top = diagnosis.and_then(Diagnosis::top);
        let others = |standing: fn(Standing) -> bool| -> Vec<CauseView> {
            let causes = diagnosis.iter().flat_map(|diagnosis| diagnosis.causes.open());
            causes
                .filter(|judged| top != Some(judged) && standing(judged.standing))
                .map(|judged| cause(judged, texts))
                .collect()
        };
        let ruled_out = diagnosis.iter().flat_map(|diagnosis| diagnosis.causes.ruled_out());
        let what_to_do = match diagnosis {
            Some(diagnosis) => diagnosis.action(through_connector, texts),
            None => untested.map(|cause| texts.text(&cause.action_key_on(through_connector))),
        };
        let named = diagnosis.map(|diagnosis| diagnosis.cause(texts));
        Self {
            connector: attempt.connector.clone(),
            destination: destination(attempt),
            code,
            reply,
            cause: named.or_else(|| untested.map(|cause| texts.text(&cause.title_key()))),
            cause_id: top
                .map(|judged| judged.cause.clone())
                .or_else(|| untested.map(|cause| cause.id.to_owned())),
            confidence: diagnosis.map_or(Confidence::Unknown, Diagnosis::confidence),
            complete: diagnosis.is_some_and(|diagnosis| diagnosis.complete),
            who_acts: diagnosis
                .map(|diagnosis| diagnosis.who_acts)
                .or_else(untested_who)
                .unwrap_or(WhoActs::Service),
            remedies: remedies(alert, what_to_do.as_ref(), texts),
            what_to_do,
            story: diagnosis.map(|diagnosis| diagnosis.story.sentence(texts)),
            outlook: diagnosis.filter(|_| alert.is_open()).map(|d| d.outlook(texts)),
            messages: alert.waiting,
            next_attempt_at: diagnosis
                .and_then(|diagnosis| diagnosis.next_attempt_at)
                .filter(|_| alert.is_open()),
            evidence: evidence(alert, texts),
            also_confirmed: others(|standing| standing == Standing::Confirmed),
            also_possible: others(|standing| standing != Standing::Confirmed),
            ruled_out: ruled_out.map(|judged| cause(judged, texts)).collect(),
            ..Self::bare(alert, texts)
        }
    }
}
