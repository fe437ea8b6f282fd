//! Which reports are due, and making them.
//!
//! A report goes to the reverse-path of a message that was accepted here, never to a null one: a bounce
//! of a bounce is recorded, not sent. NOTIFY decides per recipient (RFC 3461).

use std::sync::Arc;

use bytes::Bytes;
use causeway_catalog::Phase;
use causeway_catalog::texts::own::Reader;
use causeway_model::config::{Language, SignedMail};
use causeway_model::envelope::{BodyType, Origin, Recipient};
use causeway_model::{Address, Attempt, Envelope, ReversePath, Timestamp};
use causeway_policy::MailPolicy;
use causeway_policy::recipient::is_return_path;
use causeway_policy::retry::{expires_at, next_delay_notice};
use causeway_report::write::language::{LanguageChoice, LanguageFacts};
use causeway_report::write::{
    DEFAULT_RETURN_CAP, Kind, ReportRecipient, ReportRequest, language, prose,
};
use causeway_store::{Change, Content, HeaderFacts, NewMessage, NewReturned, Settlement, Update};
use hashbrown::HashMap;
use tracing::warn;

use crate::again::{Token, page_address};
use crate::engine::Shared;
use crate::parcel::Parcel;
use crate::settle::Conclusion;

/// Attempts that a report lists.
const LISTED_ATTEMPTS: usize = 20;

/// What an attempt's results call for.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) letters: Vec<Letter>,
    /// Failed recipients for whom nobody is told, with the reason.
    pub(crate) silent: HashMap<u32, String>,
}

/// A report, with what its reader can have sent again.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    message: NewMessage,
    returned: Option<NewReturned>,
}

/// Updates with the reports that belong to them.
pub(crate) fn settlement(
    at: Timestamp,
    updates: Vec<Update>,
    letters: impl IntoIterator<Item = Letter>,
) -> Settlement {
    let mut settlement = Settlement { at, updates, ..Settlement::default() };
    for letter in letters {
        settlement.reports.push(letter.message);
        settlement.returned.extend(letter.returned);
    }
    settlement
}

/// Why nobody is told about a failed recipient; `None`: the sender is.
pub(crate) fn silence(envelope: &Envelope, recipient: &Recipient) -> Option<String> {
    if envelope.reverse_path.is_null() {
        return Some("no report: the message is itself a report (null reverse-path)".into());
    }
    if !recipient.wants_failure() {
        return Some("no report: the sender asked for none (NOTIFY)".into());
    }
    None
}

/// The reports that the results of an attempt call for.
pub(crate) async fn after_attempt(
    shared: &Arc<Shared>,
    conclusion: &Conclusion,
    at: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let parcel = &conclusion.parcel;
    let (mut failed, mut good) = (Vec::new(), Vec::new());
    for verdict in &conclusion.verdicts {
        let Some(recipient) = parcel.envelope.recipients.get(verdict.index as usize) else {
            continue;
        };
        let told = |phase| {
            reported(recipient.clone(), phase, verdict.result.attempt.clone(), verdict.attempts)
        };
        match verdict.change {
            Change::Failed { .. } => match silence(&parcel.envelope, recipient) {
                Some(reason) => {
                    plan.silent.insert(verdict.index, reason);
                }
                None => failed.push((verdict.index, told(Phase::Final))),
            },
            Change::Delivered if recipient.wants_success() => {
                good.push((Kind::Delivered, (verdict.index, told(Phase::Final))));
            }
            Change::Relayed if recipient.wants_success() && !conclusion.peer_reports => {
                good.push((Kind::Relayed, (verdict.index, told(Phase::Final))));
            }
            _ => {}
        }
    }
    for recipient in &mut failed {
        let index = recipient.0;
        add_history(shared, parcel, index, &mut recipient.1).await;
    }
    let kind = good.first().map_or(Kind::Relayed, |(kind, _)| *kind);
    let good = good.into_iter().map(|(_, recipient)| recipient).collect();
    for (kind, recipients) in [(Kind::Failed, failed), (kind, good)] {
        plan.letters.extend(report(shared, parcel, kind, recipients, at).await);
    }
    plan
}

/// A recipient of a report whose history is not known yet.
pub(crate) fn reported(
    recipient: Recipient,
    phase: Phase,
    result: Option<Attempt>,
    attempt_count: u32,
) -> ReportRecipient {
    ReportRecipient {
        recipient,
        phase,
        attempts: result.iter().cloned().collect(),
        result,
        attempt_count,
        next_attempt_at: None,
        causes: Vec::new(),
    }
}

/// Adds the earlier attempts: the recipient's own, and its site's before any transaction. Never what
/// became of other people's mail.
pub(crate) async fn add_history(
    shared: &Shared,
    parcel: &Parcel,
    index: u32,
    recipient: &mut ReportRecipient,
) {
    let Some(last) = &recipient.result else { return };
    if recipient.attempt_count < 2 {
        return;
    }
    let (key, site) = (parcel.key(index), last.site.clone());
    let earlier =
        shared.store.recipient_failures(key, site, parcel.received_at, LISTED_ATTEMPTS).await;
    let Ok(mut earlier) = earlier else { return };
    earlier.reverse();
    earlier.retain(|attempt| attempt.at < last.at);
    earlier.push(last.clone());
    recipient.attempts = earlier;
}

/// Writes a report about recipients, each with its position in the envelope; `None` when there is nobody
/// in it, or nobody to send it to.
pub(crate) async fn report(
    shared: &Shared,
    parcel: &Parcel,
    kind: Kind,
    mut recipients: Vec<(u32, ReportRecipient)>,
    now: Timestamp,
) -> Option<Letter> {
    let reverse_path = parcel.envelope.reverse_path.address()?.clone();
    if recipients.is_empty() {
        return None;
    }
    let policy = shared.policy.load_full();
    let flow = policy.flow();
    let content = returned_octets(&parcel.content).await;
    let id = shared.store.reserve_id();
    let postmaster = postmaster(&policy, &shared.hostname)?;
    // Whoever is to keep nothing is promised nothing.
    let token =
        (kind == Kind::Failed && !flow.queue.send_again_for.is_zero()).then(Token::new).flatten();
    // The return path of forwarded mail leads to its first sender.
    let is_ours =
        policy.accepted_domain(reverse_path.domain()).is_some() && !is_return_path(&reverse_path);
    let choice =
        languages(shared, parcel, &reverse_path, &content, &flow.organization.languages, is_ours);
    let language = choice.first;
    for (_, recipient) in &mut recipients {
        if let Some(attempt) = recipient.result.as_ref().filter(|_| !kind.is_positive()) {
            recipient.causes = shared.causes.known(attempt, language);
        }
    }
    let (positions, recipients): (Vec<u32>, Vec<ReportRecipient>) = recipients.into_iter().unzip();
    let own_texts = shared.own_texts.load();
    let page = token.as_ref().and_then(|token| page_address(shared, token, language));
    let written = causeway_report::write::write(&ReportRequest {
        kind,
        language,
        second_language: choice.second,
        own_texts: Some(&own_texts),
        reader: if is_ours { Reader::Internal } else { Reader::External },
        reporting_host: &shared.hostname,
        organization: &flow.organization.name,
        postmaster: &postmaster,
        unique: id.as_u64(),
        queue_id: parcel.id,
        envelope: &parcel.envelope,
        subject: parcel.header.subject.as_deref(),
        message_id: parcel.header.message_id.as_deref(),
        received_at: parcel.received_at,
        expires_at: parcel.expires_at,
        now,
        content: &content,
        size: parcel.content.size(),
        return_cap: DEFAULT_RETURN_CAP,
        recipients: &recipients,
        page: page.as_deref(),
        help: flow.organization.public_url.as_deref(),
    });
    let returned = token.map(|token| token.returned(parcel, id, positions, &flow.queue, now));
    let content = signed(shared, &postmaster, written.content);
    let smtputf8 = written.utf8_header || reverse_path.needs_smtputf8();
    let message = NewMessage {
        id,
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            recipients: vec![Recipient::plain(reverse_path)],
            body_type: if written.eight_bit { BodyType::EightBitMime } else { BodyType::SevenBit },
            smtputf8,
            ret: None,
            envid: None,
            origin: Origin::default(),
        },
        received_at: now,
        expires_at: expires_at(&flow.queue, now),
        delay_notice_at: next_delay_notice(&flow.queue, now, now),
        header: HeaderFacts {
            message_id: Some(written.message_id),
            subject: Some(written.subject),
            language: None,
            eight_bit: written.eight_bit,
            utf8_header: written.utf8_header,
        },
        content: Content::Memory(content),
        report_about: Some(parcel.id),
        copy_of: None,
        hold: None,
    };
    Some(Letter { message, returned })
}

/// The report with its signatures before it, where reports are signed and its domain has a key.
fn signed(shared: &Shared, from: &Address, report: Vec<u8>) -> Vec<Bytes> {
    let mut parts = Vec::with_capacity(2);
    if shared.policy.load().flow().dkim.sign.contains(&SignedMail::Reports) {
        let signatures = shared.signer.load().signatures(from.domain(), &[&report]);
        parts.extend((!signatures.is_empty()).then(|| Bytes::from(signatures)));
    }
    parts.push(Bytes::from(report));
    parts
}

/// The languages of a report to this sender.
fn languages(
    shared: &Shared,
    parcel: &Parcel,
    sender: &Address,
    content: &[u8],
    organization: &[Language],
    is_ours: bool,
) -> LanguageChoice {
    language::choose(&LanguageFacts {
        mailbox: language_of(shared, sender).as_deref(),
        declared: parcel.header.language.as_deref(),
        spoken: prose::of_message(content, parcel.header.subject.as_deref()),
        is_ours,
        organization,
    })
}

/// The language that the mailbox of a sender here is set to.
fn language_of(shared: &Shared, sender: &Address) -> Option<String> {
    let mailbox = shared.mailboxes.find(&sender.mailbox_key())?;
    shared.mailboxes.facts(&mailbox).language
}

/// Whom people are told to ask.
pub(crate) fn postmaster(policy: &MailPolicy, hostname: &str) -> Option<Address> {
    policy
        .flow()
        .organization
        .postmaster
        .clone()
        .or_else(|| policy.bare_postmaster())
        .or_else(|| Address::parse(&format!("postmaster@{hostname}")).ok())
        .or_else(|| Address::parse("postmaster@localhost").ok())
}

/// The original's octets, as far as a report may need them.
async fn returned_octets(content: &Content) -> Vec<u8> {
    use tokio::io::AsyncReadExt;
    match content {
        Content::Memory(parts) => parts.concat(),
        Content::File { path, .. } => {
            let mut octets = Vec::new();
            let read = async {
                let file = tokio::fs::File::open(path).await?;
                file.take(DEFAULT_RETURN_CAP).read_to_end(&mut octets).await
            };
            if let Err(error) = read.await {
                warn!(path = %path.display(), %error, "the original cannot be returned with its report");
            }
            octets
        }
    }
}
