//! Which reports are due, and making them.
//!
//! A report goes to the reverse-path of a message that was accepted here, where `addressee` does not
//! know better. NOTIFY decides per recipient (RFC 3461).

use std::sync::Arc;

use bytes::Bytes;
use causeway_catalog::Phase;
use causeway_catalog::texts::own::Reader;
use causeway_model::config::{Language, SignedMail};
use causeway_model::envelope::Recipient;
use causeway_model::{Address, Attempt, QueueId, Timestamp};
use causeway_policy::MailPolicy;
use causeway_policy::recipient::is_return_path;
use causeway_report::write::language::{LanguageChoice, LanguageFacts};
use causeway_report::write::{
    DEFAULT_RETURN_CAP, Kind, ReportRecipient, ReportRequest, WrittenReport, language, prose,
};
use causeway_store::{Change, NewMessage, NewReturned, Settlement, Update};
use hashbrown::HashMap;
use tracing::warn;

use crate::addressee::Addressee;
use crate::again::{Token, page_address};
use crate::engine::Shared;
use crate::letter::in_envelope;
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
            Change::Failed { .. } => failed.push((verdict.index, told(Phase::Final))),
            Change::Delivered if recipient.wants_success() => {
                good.push((Kind::Delivered, (verdict.index, told(Phase::Final))));
            }
            Change::Relayed if recipient.wants_success() && !conclusion.peer_reports => {
                good.push((Kind::Relayed, (verdict.index, told(Phase::Final))));
            }
            _ => {}
        }
    }
    if failed.is_empty() && good.is_empty() {
        return plan;
    }
    let to = Addressee::of(shared, parcel).await;
    failed.retain(|(index, failed)| {
        let news = to.news(&failed.recipient);
        plan.silent.extend(news.silence.map(|reason| (*index, reason)));
        news.is_told
    });
    for (index, recipient) in &mut failed {
        add_history(shared, parcel, *index, recipient).await;
    }
    let kind = good.first().map_or(Kind::Relayed, |(kind, _)| *kind);
    let good = good.into_iter().map(|(_, recipient)| recipient).collect();
    for (kind, recipients) in [(Kind::Failed, failed), (kind, good)] {
        plan.letters.extend(report(shared, parcel, &to, kind, recipients, at).await);
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
        returned: None,
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
    to: &Addressee,
    kind: Kind,
    recipients: Vec<(u32, ReportRecipient)>,
    now: Timestamp,
) -> Option<Letter> {
    let reader = to.address()?.clone();
    if recipients.is_empty() {
        return None;
    }
    let policy = shared.policy.load_full();
    let queue = &policy.flow().queue;
    let content = parcel.beginning(DEFAULT_RETURN_CAP).await.unwrap_or_else(|error| {
        warn!(id = %parcel.id, %error, "the original cannot be returned with its report");
        Vec::new()
    });
    let draft = Draft {
        shared,
        policy: &policy,
        parcel,
        to,
        kind,
        content: &content,
        postmaster: postmaster(&policy, &shared.hostname)?,
        // Whoever is to keep nothing is promised nothing; the postmaster has nothing to send again.
        token: (kind == Kind::Failed
            && matches!(to, Addressee::Sender { .. })
            && !queue.send_again_for.is_zero())
        .then(Token::new)
        .flatten(),
        id: shared.store.reserve_id(),
        now,
    };
    let (positions, recipients): (Vec<u32>, Vec<ReportRecipient>) = recipients.into_iter().unzip();
    let written = draft.write(recipients);
    let signatures = signatures(shared, &draft.postmaster, &written.content);
    let message = in_envelope(draft.id, vec![reader], written, signatures, queue, now);
    let message = NewMessage { report_about: Some(parcel.id), ..message };
    let returned = draft.token.map(|token| token.returned(parcel, draft.id, positions, queue, now));
    Some(Letter { message, returned })
}

/// A report on its way to being written.
struct Draft<'a> {
    shared: &'a Shared,
    policy: &'a MailPolicy,
    parcel: &'a Parcel,
    to: &'a Addressee,
    kind: Kind,
    /// The original's beginning.
    content: &'a [u8],
    postmaster: Address,
    token: Option<Token>,
    id: QueueId,
    now: Timestamp,
}

impl Draft<'_> {
    fn write(&self, mut recipients: Vec<ReportRecipient>) -> WrittenReport {
        let Self { shared, parcel, kind, .. } = *self;
        let organization = &self.policy.flow().organization;
        let is_ours = self.is_to_our_own();
        let choice = self.languages(is_ours);
        let languages: Vec<Language> =
            [Some(choice.first), choice.second].into_iter().flatten().collect();
        for recipient in &mut recipients {
            if let Some(attempt) = recipient.result.as_ref().filter(|_| !kind.is_positive()) {
                recipient.causes = shared.causes.known(attempt, &languages);
            }
        }
        let own_texts = shared.own_texts.load();
        let page = self.token.as_ref().and_then(|t| page_address(shared, t, choice.first));
        causeway_report::write::write(&ReportRequest {
            kind,
            language: choice.first,
            second_language: choice.second,
            own_texts: Some(&own_texts),
            reader: if is_ours { Reader::Internal } else { Reader::External },
            reporting_host: &shared.hostname,
            organization: &organization.name,
            postmaster: &self.postmaster,
            unique: self.id.as_u64(),
            queue_id: parcel.id,
            envelope: &parcel.envelope,
            subject: parcel.header.subject.as_deref(),
            message_id: parcel.header.message_id.as_deref(),
            received_at: parcel.received_at,
            expires_at: parcel.expires_at,
            now: self.now,
            content: self.content,
            size: parcel.content.size(),
            return_cap: DEFAULT_RETURN_CAP,
            recipients: &recipients,
            page: page.as_deref(),
            help: organization.public_url.as_deref(),
        })
    }

    /// Whether its reader belongs to the organization. The return path of forwarded mail leads to its
    /// first sender.
    fn is_to_our_own(&self) -> bool {
        match self.to {
            Addressee::Sender { address, .. } => {
                self.policy.accepted_domain(address.domain()).is_some() && !is_return_path(address)
            }
            Addressee::Postmaster(_) => true,
            Addressee::Nobody(_) => false,
        }
    }

    /// The languages for its reader.
    fn languages(&self, is_ours: bool) -> LanguageChoice {
        let reader = self.to.address();
        let mailbox = reader.and_then(|reader| language_of(self.shared, reader));
        let header = &self.parcel.header;
        // What a report of ours was written in is not the postmaster's language.
        let is_by_reader = matches!(self.to, Addressee::Sender { .. });
        language::choose(&LanguageFacts {
            mailbox: mailbox.as_deref(),
            declared: header.language.as_deref(),
            spoken: is_by_reader
                .then(|| prose::of_message(self.content, header.subject.as_deref()))
                .flatten(),
            is_ours,
            organization: &self.policy.flow().organization.languages,
        })
    }
}

/// The signatures of a report, where reports are signed and its domain has a key.
fn signatures(shared: &Shared, from: &Address, report: &[u8]) -> Option<Bytes> {
    if !shared.policy.load().flow().dkim.sign.contains(&SignedMail::Reports) {
        return None;
    }
    let signatures = shared.signer.load().signatures(from.domain(), &[report]);
    (!signatures.is_empty()).then(|| Bytes::from(signatures))
}

/// The language that the mailbox of a sender here is set to.
fn language_of(shared: &Shared, sender: &Address) -> Option<String> {
    let mailbox = shared.mailboxes.find(&sender.mailbox_key())?;
    shared.mailboxes.facts(&mailbox).language
}

/// Whom people are told to ask.
pub(crate) fn postmaster(policy: &MailPolicy, hostname: &str) -> Option<Address> {
    known_postmaster(policy)
        .or_else(|| Address::parse(&format!("postmaster@{hostname}")).ok())
        .or_else(|| Address::parse("postmaster@localhost").ok())
}

/// The postmaster, where mail for them is taken.
pub(crate) fn known_postmaster(policy: &MailPolicy) -> Option<Address> {
    policy.flow().organization.postmaster.clone().or_else(|| policy.bare_postmaster())
}
