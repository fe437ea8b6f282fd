//! Whom reports about a message go to, and why nobody is told where nobody is.
//!
//! The sender of the envelope, and nobody else: never a null reverse-path, never the address of a mailing
//! list. A report of our own that found nobody goes to the postmaster, once: what cannot reach the
//! postmaster is recorded, and that is the end of it.

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

const IS_REPORT: &str = "the message is itself a report (null reverse-path)";

impl Addressee {
    /// Finds out about a message. Reads its header, so it is asked only where a report is due.
    pub(crate) async fn of(shared: &Shared, parcel: &Parcel) -> Self {
        let header = match parcel.envelope.reverse_path.is_null() {
            true => Vec::new(),
            false => parcel.beginning(HEADER_LIMIT).await.unwrap_or_else(|error| {
                warn!(id = %parcel.id, %error, "whether a message is from a list cannot be seen");
                Vec::new()
            }),
        };
        let postmaster =
            parcel.report_about.and_then(|_| reports::known_postmaster(&shared.policy.load()));
        Self::decide(&parcel.envelope, &header, postmaster)
    }

    /// `postmaster` where the message is a report of ours and there is one.
    fn decide(envelope: &Envelope, header: &[u8], postmaster: Option<Address>) -> Self {
        let Some(address) = envelope.reverse_path.address() else {
            return postmaster.map_or(Self::Nobody(IS_REPORT), Self::Postmaster);
        };
        let address = address.clone();
        match list_mail(header, &address) {
            ListMail::No => Self::Sender { address, is_to_many: false },
            ListMail::ToMany => Self::Sender { address, is_to_many: true },
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

    /// Why nobody is told that a recipient has failed; `None`: somebody is.
    pub(crate) fn silence(&self, recipient: &Recipient) -> Option<String> {
        let reason = match self {
            Self::Nobody(reason) => reason,
            Self::Postmaster(address) if is_same(address, &recipient.address) => {
                "the message is itself a report, to the postmaster"
            }
            _ if !recipient.wants_failure() => "the sender asked for none (NOTIFY)",
            _ => return None,
        };
        Some(format!("no report: {reason}"))
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
        let ours = Addressee::decide(&envelope(""), b"", Some(postmaster.clone()));
        assert_eq!(ours, Addressee::Postmaster(postmaster));
        assert_eq!(ours.silence(&to("forged@ext.test")), None);
        assert!(ours.silence(&to("Postmaster@ours.test")).is_some());
        assert!(ours.late_silence(&to("forged@ext.test")).is_some());
        let foreign = Addressee::decide(&envelope(""), b"", None);
        assert_eq!(foreign.address(), None);
        assert!(foreign.silence(&to("alice@ours.test")).unwrap().contains("null reverse-path"));
    }

    #[test]
    fn lists_get_reports_at_their_bounce_address_only_and_no_delay_notices() {
        let header = b"List-Id: <dev.lists.test>\r\nPrecedence: list\r\n\r\n";
        let list = Addressee::decide(&envelope("dev@lists.test"), header, None);
        assert!(list.silence(&to("a@ours.test")).unwrap().contains("mailing list"));
        assert!(list.late_silence(&to("a@ours.test")).is_some());
        let bounces = Addressee::decide(&envelope("dev-bounces@lists.test"), header, None);
        assert_eq!(bounces.silence(&to("a@ours.test")), None);
        assert!(bounces.late_silence(&to("a@ours.test")).unwrap().contains("many"));
        let person = Addressee::decide(&envelope("dev@lists.test"), b"Subject: x\r\n\r\n", None);
        assert_eq!(person.silence(&to("a@ours.test")), None);
        assert_eq!(person.late_silence(&to("a@ours.test")), None);
    }
}
