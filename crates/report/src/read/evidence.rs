//! What speaks for a report: whether a message is one, who wrote it, in which language.
//!
//! Each sign has a weight; none of those that ordinary mail can have is enough alone.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::delivery_status::{self, DeliveryStatus};
use super::document::Document;
use super::{Explanation, Kind, ReadRecipient};
use super::{addresses, codes, dialects, free_text, header, language, phrases};

/// What a message shows besides its recipients.
pub(super) struct Facts {
    pub(super) subject: String,
    pub(super) from: String,
    /// The lower-case beginning of the human part.
    pub(super) lower: String,
    pub(super) language: Option<&'static str>,
    pub(super) generator: Option<&'static str>,
    pub(super) statuses: Vec<DeliveryStatus>,
    pub(super) failed_recipients: Vec<String>,
    pub(super) score: u32,
}

/// Phrases that reports have and other mail does not, unless it quotes one.
#[rustfmt::skip]
static REPORT_PHRASES: &[&str] = &[
    "this is the mail system at host", "this is the postfix program", "qmail-send program",
    "this is the mail delivery agent", "automatically by mail delivery",
    "transcript of session follows", "the following address(es) failed",
    "had permanent fatal errors", "had delivery problems", "had delivery errors",
    "had transient non-fatal errors", "did not reach the following recipient",
    "delivery to the following recipient", "delivery status notification", "delivery has failed to",
    "automatically generated delivery", "was undeliverable", "is undeliverable", "undeliverable to",
    "unable to deliver message", "unable to deliver your message", "unable to deliver the message",
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
    "wasn't delivered", "was not delivered", "not been delivered", "could not deliver",
    "error delivering your mail", "trouble delivering", "failed to deliver", "delivery failed",
    "delivery failure", "delivery attempt", "failed recipient", "failed addresses",
    "returned to sender", "returning message to sender", "returned mail", "non-delivery",
    "nondelivery", "message has been delayed", "delivery has been delayed", "delivery is delayed",
    "message is delayed", "no such user", "user unknown", "unknown user", "delivery report",
    "failure reasons", "unsent message follows", "original message follows",
    "below this line is a copy", "this is a copy of the message", "dragonfly mail agent",
    "generated response", "no valid recipients", "delivery problem", "nicht zugestellt",
    "unzustellbar", "konnte nicht", "niet worden bezorgd", "niet bezorgd", "niet afgeleverd",
    "onbestelbaar", "kunde inte levereras", "inte levereras", "gick inte att leverera",
    "n'a pas pu être", "n'a pas été", "non remis", "échec de la remise", "no se pudo entregar",
    "no se ha podido", "no ha podido", "non è stato possibile", "impossibile recapitare",
    "não pôde ser", "не может быть доставлено", "не доставлено", "送信できません", "配信できません", "送信に失敗",
    "お届けできません", "配送できません", "無法", "退信", "投递失败", "group you tried to contact",
    "rejected your message", "your message was rejected", "message you sent", "could not be sent",
];

/// Subjects of reports, lower case.
#[rustfmt::skip]
static REPORT_SUBJECTS: &[&str] = &[
    "undeliver", "returned mail", "returned to sender", "returning message", "failure notice",
    "delivery status", "delivery failure", "delivery fail", "mail delivery", "delivery report",
    "delivery error", "delivery notification", "delivery problem", "delivery has failed",
    "mail failure", "mail system error", "mail error", "non-deliver", "nondeliver", "non deliver",
    "not delivered", "could not be delivered", "message delayed", "delayed mail",
    "delivery delayed", "bounce", "mail failed", "message blocked", "postmaster notify",
    "warning: could not send", "warning: message", "there was an error sending", "error sending",
    "failed mail", "failed:", "user unknown", "mail status report", "message you sent blocked",
    "considered unsolicited", "message rejected", "rejected:", "nicht zugestellt", "unzustellbar",
    "zustellung", "mail nicht", "onbestelbaar", "niet bezorgd", "niet afgeleverd",
    "kan niet worden", "ej levererat", "oleverbar", "kunde inte levereras", "non remis", "échec",
    "non distribu", "retour de courrier", "no se puede entregar", "no entregado", "devuelto",
    "mancato recapito", "non recapitabile", "não entregue", "não é possível entregar", "devolvid",
    "nie dostarczono", "не доставлен", "недоставлен", "ошибка", "配信不能", "エラー", "送信できません", "未配信",
    "無法傳遞", "退信", "无法投递", "undelivered", "delivery incomplete", "cannot deliver", "can't deliver",
    "unable to deliver", "mail not delivered",
];

static REPORT_PHRASE_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(REPORT_PHRASES).ok());
static SUBJECT_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(REPORT_SUBJECTS).ok());

/// Names and addresses that mail systems send their reports from, lower case.
#[rustfmt::skip]
static REPORT_SENDERS: &[&str] = &[
    "mailer-daemon", "mailerdaemon", "mailer daemon", "mail-daemon", "maildaemon", "mdaemon",
    "postmaster", "post_master", "mail delivery", "mail.delivery", "mail deliver",
    "mail administrator", "mailadmin", "system administrator", "administrator", "content-filter",
    "delivery system", "ndr administrator", "mmsc", "mail system", "systemadmin",
];

/// Names that mail systems and much else send from, lower case.
static ROBOT_SENDERS: &[&str] =
    &["bounce", "no-reply", "noreply", "no_reply", "do-not-reply", "donotreply"];

/// True when a text (lower case) has a phrase that only reports have.
pub(super) fn strong_phrase(lower: &str) -> bool {
    REPORT_PHRASE_MATCHER.as_ref().is_some_and(|matcher| matcher.is_match(lower))
}

impl Facts {
    pub(super) fn of(document: &Document<'_>, human: &str) -> Self {
        let header = &document.header;
        let subject =
            header::decode_words(&header.get("subject").unwrap_or_default()).to_lowercase();
        let from = header::decode_words(&header.get("from").unwrap_or_default()).to_lowercase();
        let mut end = human.len().min(6000);
        while !human.is_char_boundary(end) {
            end -= 1;
        }
        let lower = human[..end].to_lowercase();
        let mut statuses: Vec<DeliveryStatus> =
            document.statuses.iter().take(50).map(|part| delivery_status::parse(part)).collect();
        if statuses.iter().all(|s| s.recipients.is_empty()) && delivery_status::looks_like(human) {
            let (human, _) = free_text::split_original(human);
            if delivery_status::looks_like(human) {
                statuses.push(delivery_status::parse(human.as_bytes()));
            }
        }
        let failed_recipients = header
            .all("x-failed-recipients")
            .flat_map(|value| {
                addresses::find_all(&value)
                    .map(|span| span.of(&value).to_owned())
                    .collect::<Vec<_>>()
            })
            .take(1000)
            .collect();
        let generator = generator(document, &lower, &from, &statuses);
        let mut facts = Self {
            language: document
                .content_language
                .as_deref()
                .and_then(language::declared)
                .or_else(|| language::detect(human)),
            generator,
            statuses,
            failed_recipients,
            subject,
            from,
            lower,
            score: 0,
        };
        facts.score = facts.score_of(document);
        facts
    }

    /// How much speaks for a report; 60 is enough.
    fn score_of(&self, document: &Document<'_>) -> u32 {
        let mut score = 0;
        if self.statuses.iter().any(|s| !s.recipients.is_empty() || s.reporting_mta.is_some()) {
            score += 100;
        }
        if !self.failed_recipients.is_empty() {
            score += 100;
        }
        let by_system = REPORT_SENDERS.iter().any(|name| self.from.contains(name));
        // Shops and services write from such addresses, too, and their parcels "could not be delivered".
        let by_robot = !by_system && ROBOT_SENDERS.iter().any(|name| self.from.contains(name));
        let null_sender = document
            .header
            .get("return-path")
            .is_some_and(|path| path.trim() == "<>" || path.is_empty());
        let subject = SUBJECT_MATCHER.as_ref().is_some_and(|m| m.is_match(&self.subject));
        let reply_subject = ["re:", "aw:", "sv:", "fw:", "fwd:", "wg:", "antw:"]
            .iter()
            .any(|prefix| self.subject.trim_start().starts_with(prefix));
        if by_system {
            score += 35;
        }
        if by_robot
            && (codes::reply(&self.lower).is_some() || free_text::names_recipient(&self.lower))
        {
            score += 35;
        }
        // Newsletters say so in their header; but a report can have gone through a list.
        if !by_system && !null_sender && score < 100 && document.header.has("list-unsubscribe") {
            return 0;
        }
        if null_sender {
            score += 25;
        }
        if subject && !reply_subject {
            score += 35;
        }
        // The mailing list manager fml, speaking for itself.
        if document.header.has("x-mlserver") && self.from.contains("-admin@") {
            score += 60;
        }
        if document.is_report {
            score += 30;
        }
        if strong_phrase(&self.lower) {
            score += 35;
        }
        if codes::reply(&self.lower).is_some() {
            score += 15;
        }
        if phrases::find(&phrases::reduce(&self.lower)).strong.is_some() {
            score += 10;
        }
        // Subject and words are those of parcels and newsletters, too: somebody must be named, or a
        // server quoted.
        let sent_as_report = by_system || null_sender || document.is_report;
        if !sent_as_report
            && (60..100).contains(&score)
            && codes::reply(&self.lower).is_none()
            && !free_text::speaks_of_recipient(&self.lower)
        {
            return 40;
        }
        // Between a report and other mail that speaks of one: does it name somebody as a report does?
        if (30..60).contains(&score) && free_text::names_recipient(&self.lower) {
            score += 25;
        }
        score
    }

    pub(super) fn is_report(&self) -> bool {
        self.score >= 60
    }

    pub(super) fn explain(self, kind: Kind, recipients: Vec<ReadRecipient>) -> Explanation {
        Explanation {
            kind,
            recipients,
            generator: self.generator.map(str::to_owned),
            language: self.language,
        }
    }
}

fn generator(
    document: &Document<'_>,
    lower: &str,
    from: &str,
    statuses: &[DeliveryStatus],
) -> Option<&'static str> {
    let extensions: Vec<String> =
        statuses.iter().flat_map(|status| status.extensions.iter().cloned()).collect();
    let reporting = statuses.iter().find_map(|status| status.reporting_mta.as_deref());
    let address = addresses::first(from).unwrap_or(from);
    let by_host = dialects::by_host(address).or_else(|| reporting.and_then(dialects::by_host));
    let by_fields = dialects::by_fields(&document.header, &extensions);
    // Exchange's fields and words are the same on premises and online; the host tells.
    match (by_fields.or_else(|| dialects::by_text(lower)), by_host) {
        (Some("Exchange"), Some(host @ ("Exchange Online" | "Outlook.com"))) => Some(host),
        (Some("Exim"), Some("Mail.ru")) => Some("Mail.ru"),
        (Some(words), _) => Some(words),
        (None, host) => host,
    }
}

/// Delays say so in the subject or in so many words.
pub(super) fn is_delay(subject: &str, lower: &str) -> bool {
    const SUBJECTS: [&str; 9] = [
        "(delay)",
        "delayed",
        "warning: could not send",
        "warning: message",
        "delivery incomplete",
        "verzögert",
        "vertraagd",
        "försenad",
        "status notification: warning",
    ];
    const WORDS: [&str; 13] = [
        "this is a warning message only",
        "this is just a warning",
        "advisory-only email",
        "has been postponed",
        "has not been delivered yet",
        "you do not need to resend",
        "delivery attempts will continue",
        "will be retried",
        "will retry for",
        "only a temporary failure report",
        "has not yet been delivered",
        "has been delayed",
        "nachricht wurde noch nicht zugestellt",
    ];
    SUBJECTS.iter().any(|words| subject.contains(words))
        || WORDS.iter().any(|words| lower.contains(words))
}
