//! Whom reports about a message go to, and why nobody is told where nobody is.
//!
//! The sender of the envelope, and nobody else: never a null reverse-path, never the address of a mailing
//! list (a mailbox here is none, whatever the header says). A report of our own that found nobody counts as
//! failed without a report. The postmaster gets a copy of it, once, and so many in an hour: what cannot reach
//! the postmaster is recorded, and that is the end of it.

use causeway_model::envelope::Recipient;
use causeway_model::{Address, Envelope};
use causeway_report::write::lists::{ListMail, list_mail};
use tracing::warn;

use crate::engine::Shared;
use crate::parcel::Parcel;
use crate::reports;

/// Octets of a message in which its header is looked for.
const HEADER_LIMIT: u64 = 64 * 1024;

/// Who reads reports about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// The sender; of mail to many, too.
    Sender { address: Address, is_to_many: bool },
    /// The postmaster: the message is a report of ours.
    Postmaster(Address),
    /// Nobody, for this reason.
    Nobody(&'static str),
}

/// Reports that found nobody, in an hour: forged senders must not decide how much mail the postmaster gets.
const MOST_LOST_REPORTS: u32 = 60;

/// What becomes of the news that a recipient has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// Somebody is told.
    pub(crate) is_told: bool,
    /// Why it was no report to a sender; `None`: it was.
    pub(crate) silence: Option<String>,
}

const IS_REPORT: &str = "the message is itself a report (null reverse-path)";

impl Addressee {
    /// Who is told that a message has failed. Reads its header, so it is asked only where a report is due.
    pub(crate) async fn of(shared: &Shared, parcel: &Parcel) -> Self {
        let is_ours = parcel.report_about.is_some() && parcel.envelope.reverse_path.is_null();
        let postmaster =
            is_ours.then(|| reports::known_postmaster(&shared.policy.load())).flatten().filter(
                |_| shared.lost_reports.take("postmaster", MOST_LOST_REPORTS, shared.clock.now()),
            );
        Self::with(shared, parcel, postmaster).await
    }

    /// Who is told that a message is late: never the postmaster.
    pub(crate) async fn of_late(shared: &Shared, parcel: &Parcel) -> Self {
        Self::with(shared, parcel, None).await
    }

    async fn with(shared: &Shared, parcel: &Parcel, postmaster: Option<Address>) -> Self {
        let header = match parcel.envelope.reverse_path.is_null() {
            true => Vec::new(),
            false => parcel.beginning(HEADER_LIMIT).await.unwrap_or_else(|error| {
                warn!(id = %parcel.id, %error, "whether a message is from a list cannot be seen");
                Vec::new()
            }),
        };
        let sender = parcel.envelope.reverse_path.address();
        let is_mailbox =
            sender.is_some_and(|sender| shared.mailboxes.find(&sender.mailbox_key()).is_some());
        Self::decide(&parcel.envelope, &header, postmaster, is_mailbox)
    }

    /// `postmaster` where the message is a report of ours and the postmaster is to be told; `is_mailbox`: the
    /// sender has a mailbox here.
    fn decide(
        envelope: &Envelope,
        header: &[u8],
        postmaster: Option<Address>,
        is_mailbox: bool,
    ) -> Self {
        let Some(address) = envelope.reverse_path.address() else {
            return postmaster.map_or(Self::Nobody(IS_REPORT), Self::Postmaster);
        };
        let address = address.clone();
        match list_mail(header, &address) {
            ListMail::No => Self::Sender { address, is_to_many: false },
            ListMail::ToMany => Self::Sender { address, is_to_many: true },
            ListMail::FromListAddress if is_mailbox => Self::Sender { address, is_to_many: true },
            ListMail::FromListAddress => {
                Self::Nobody("its reverse-path is the address of a mailing list")
            }
        }
    }

    /// Where to.
    pub(crate) const fn address(&self) -> Option<&Address> {
        match self {
            Self::Sender { address, .. } | Self::Postmaster(address) => Some(address),
            Self::Nobody(_) => None,
        }
    }

    /// What becomes of the news that a recipient has failed.
    pub(crate) fn news(&self, recipient: &Recipient) -> News {
        let (is_told, reason) = match self {
            Self::Nobody(reason) => (false, *reason),
            _ if !recipient.wants_failure() => (false, "the sender asked for none (NOTIFY)"),
            Self::Postmaster(address) if is_same(address, &recipient.address) => {
                (false, "the message is itself a report, to the postmaster")
            }
            Self::Postmaster(_) => {
                (true, "the message is itself a report; the postmaster has been told")
            }
            Self::Sender { .. } => return News { is_told: true, silence: None },
        };
        News { is_told, silence: Some(format!("no report: {reason}")) }
    }

    /// Why nobody is told that a recipient is late.
    pub(crate) fn late_silence(&self, recipient: &Recipient) -> Option<String> {
        let reason = match self {
            Self::Nobody(reason) => reason,
            Self::Postmaster(_) => IS_REPORT,
            Self::Sender { is_to_many: true, .. } => "the message went to a list or to many",
            Self::Sender { .. } if !recipient.wants_delay() => "the sender asked for none (NOTIFY)",
            Self::Sender { .. } => return None,
        };
        Some(format!("late; no notice: {reason}"))
    }
}

fn is_same(one: &Address, other: &Address) -> bool {
    one.mailbox_key() == other.mailbox_key()
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::{BodyType, Origin, ReversePath};

    fn envelope(sender: &str) -> Envelope {
        Envelope {
            reverse_path: match sender {
                "" => ReversePath::Null,
                sender => ReversePath::Address(sender.parse().unwrap()),
            },
            recipients: Vec::new(),
            body_type: BodyType::SevenBit,
            smtputf8: false,
            ret: None,
            envid: None,
            origin: Origin::default(),
        }
    }

    fn to(address: &str) -> Recipient {
        Recipient::plain(address.parse().unwrap())
    }

    #[test]
    fn a_report_of_ours_that_fails_goes_to_the_postmaster_and_then_nowhere() {
        let postmaster: Address = "postmaster@ours.test".parse().unwrap();
        let ours = Addressee::decide(&envelope(""), b"", Some(postmaster.clone()), false);
        assert_eq!(ours, Addressee::Postmaster(postmaster));
        let news = ours.news(&to("forged@ext.test"));
        assert!(news.is_told && news.silence.unwrap().contains("the postmaster has been told"));
        assert!(!ours.news(&to("Postmaster@ours.test")).is_told);
        assert!(ours.late_silence(&to("forged@ext.test")).is_some());
        let foreign = Addressee::decide(&envelope(""), b"", None, false);
        assert_eq!(foreign.address(), None);
        assert!(
            foreign.news(&to("alice@ours.test")).silence.unwrap().contains("null reverse-path")
        );
    }

    #[test]
    fn lists_get_reports_at_their_bounce_address_only_and_no_delay_notices() {
        let header = b"List-Id: <dev.lists.test>\r\nPrecedence: list\r\n\r\n";
        let list = Addressee::decide(&envelope("dev@lists.test"), header, None, false);
        assert!(list.news(&to("a@ours.test")).silence.unwrap().contains("mailing list"));
        assert!(list.late_silence(&to("a@ours.test")).is_some());
        let mailbox = Addressee::decide(&envelope("dev@lists.test"), header, None, true);
        assert_eq!(mailbox.news(&to("a@ours.test")).silence, None, "a mailbox here is no list");
        let bounces = Addressee::decide(&envelope("dev-bounces@lists.test"), header, None, false);
        assert_eq!(bounces.news(&to("a@ours.test")).silence, None);
        assert!(bounces.late_silence(&to("a@ours.test")).unwrap().contains("many"));
        let person =
            Addressee::decide(&envelope("dev@lists.test"), b"Subject: x\r\n\r\n", None, false);
        assert_eq!(person.news(&to("a@ours.test")).silence, None);
        assert_eq!(person.late_silence(&to("a@ours.test")), None);
    }
}
