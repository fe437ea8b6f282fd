//! What is done with the header of a message that a user hands in: who it says sends it, and the fields
//! it lacks (RFC 6409 section 8).
//!
//! [`Senders::read`] reads From, Sender and Reply-To, every one of them, by the one grammar of
//! [`address_list`]. [`FixUps`] adds Date and Message-ID where there are none, and a
//! Sender where From is not the user's (which only gets so far where `[identity].enforce` leaves From
//! out). Nothing that is there is changed.

use std::sync::Arc;

use causeway_model::config::IdentityField;
use causeway_model::{Address, EnhancedCode, Reply, Timestamp};
use causeway_policy::{IdentityFacts, SenderFields};
use causeway_store::Mailbox;

use crate::address_list::{self, ListError};
use crate::header::{Scan, SenderHeader};

/// Who a header says sends the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Senders {
    pub(crate) from: Vec<Address>,
    pub(crate) sender: Option<Address>,
    pub(crate) reply_to: Vec<Address>,
}

/// Why that cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SenderFault {
    /// A field that may be there once is there twice: one reader takes the first, another the last.
    Repeated(&'static str),
    /// A field that is not what the standard allows.
    Unreadable(&'static str, ListError),
    /// A From without any address.
    NoAuthor,
    /// Several authors, and nobody says who sent it (RFC 5322 section 3.6.2).
    NoSender,
    /// Several senders.
    SeveralSenders,
}

impl Senders {
    /// Reads the fields.
    pub(crate) fn read(header: &SenderHeader) -> Result<Self, SenderFault> {
        let from = field("From", &header.from)?;
        let mut sender = field("Sender", &header.sender)?;
        let reply_to = field("Reply-To", &header.reply_to)?;
        if from.is_empty() && !header.from.is_empty() {
            return Err(SenderFault::NoAuthor);
        }
        if sender.len() > 1 {
            return Err(SenderFault::SeveralSenders);
        }
        let sender = sender.pop();
        if from.len() > 1 && sender.is_none() {
            return Err(SenderFault::NoSender);
        }
        Ok(Self { from, sender, reply_to })
    }

    /// For policy.
    pub(crate) fn fields(&self) -> SenderFields<'_> {
        SenderFields {
            envelope: None,
            from: &self.from,
            sender: self.sender.as_ref(),
            reply_to: &self.reply_to,
        }
    }
}

fn field(name: &'static str, values: &[Box<[u8]>]) -> Result<Vec<Address>, SenderFault> {
    match values {
        [] => Ok(Vec::new()),
        [value] => address_list::parse(value).map_err(|error| SenderFault::Unreadable(name, error)),
        _ => Err(SenderFault::Repeated(name)),
    }
}

impl SenderFault {
    /// Whether it keeps anybody from saying for certain who the author is.
    pub(crate) const fn hides_author(self) -> bool {
        match self {
            Self::Repeated(name) | Self::Unreadable(name, _) => name.len() == "From".len(),
            Self::NoAuthor => true,
            Self::NoSender | Self::SeveralSenders => false,
        }
    }

    /// What to say to the client.
    pub(crate) fn reply(self) -> Reply {
        let text = match self {
            Self::Repeated(name) => format!("refused: the message has more than one {name} field"),
            Self::Unreadable(name, error) => {
                format!("refused: the field {name} cannot be read: {error}")
            }
            Self::NoAuthor => "refused: the field From has no address".to_owned(),
            Self::NoSender => {
                "refused: the field From has several addresses, so the message needs \
                               a Sender field with the one who sends it"
                    .to_owned()
            }
            Self::SeveralSenders => {
                "refused: the field Sender has more than one address".to_owned()
            }
        };
        Reply::new(554, Some(EnhancedCode::new(5, 6, 0)), text)
    }
}

/// The fields that a submission gets where it has none.
#[derive(Clone, Debug)]
pub(crate) struct FixUps {
    /// For Date.
    pub(crate) now: Timestamp,
    /// For Message-ID, with its angle brackets.
    pub(crate) message_id: String,
    /// Who hands it in, where that is known.
    pub(crate) account: Option<Arc<Mailbox>>,
}

impl FixUps {
    /// The lines to add. What is added is noted in `scan` as well.
    pub(crate) fn apply(&self, scan: &mut Scan) -> Vec<u8> {
        let mut lines = String::new();
        if !scan.senders.has_date {
            lines.push_str(&format!("Date: {}\r\n", self.now.rfc5322()));
            scan.senders.has_date = true;
        }
        if scan.facts.message_id.is_none() {
            lines.push_str(&format!("Message-ID: {}\r\n", self.message_id));
            scan.facts.message_id = Some(self.message_id.clone());
        }
        if let Some(account) = &self.account
            && scan.senders.sender.is_empty()
            && let Ok(senders) = Senders::read(&scan.senders)
        {
            let facts = identity_of(account, None);
            if !senders.from.is_empty() && !senders.from.iter().all(|from| facts.owns(from)) {
                lines.push_str(&format!("Sender: {}\r\n", account.address));
            }
        }
        lines.into_bytes()
    }
}

/// Whose addresses are whose. `enforce` is what the listener says is checked.
pub(crate) fn identity_of<'a>(
    account: &'a Mailbox,
    enforce: Option<&'a [IdentityField]>,
) -> IdentityFacts<'a> {
    IdentityFacts {
        user: &account.address,
        aliases: &account.aliases,
        send_as: &account.send_as,
        enforce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::scan;

    fn read(header: &str) -> Result<Senders, SenderFault> {
        Senders::read(&scan(format!("{header}\r\n\r\n").as_bytes()).senders)
    }

    #[test]
    fn every_address_of_every_field_is_found() {
        let senders = read(
            "From: A <a@b.test>, Team: c@d.test;\r\nSender: (x)\r\n a@b.test\r\nReply-To: =?utf-8?q?x?= <r@b.test>",
        )
        .unwrap();
        assert_eq!(senders.from.len(), 2);
        assert_eq!(senders.sender.unwrap().to_string(), "a@b.test");
        assert_eq!(senders.reply_to[0].to_string(), "r@b.test");
        assert_eq!(read("Subject: none"), Ok(Senders::default()));
    }

    #[test]
    fn what_readers_could_see_differently_is_refused() {
        for (header, fault) in [
            ("From: a@b.test\r\nFROM : m@n.test", SenderFault::Repeated("From")),
            (
                "From: a@b.test\r\nSender: a@b.test\r\nSender: m@n.test",
                SenderFault::Repeated("Sender"),
            ),
            ("From: a@b.test, c@d.test", SenderFault::NoSender),
            ("From: Team:;", SenderFault::NoAuthor),
            ("From:", SenderFault::NoAuthor),
            ("From: a@b.test\r\nSender: a@b.test, m@n.test", SenderFault::SeveralSenders),
            (
                "From: boss@ours.test <m@n.test>",
                SenderFault::Unreadable("From", ListError::NotAnAddress),
            ),
        ] {
            assert_eq!(read(header), Err(fault), "{header}");
            assert!(fault.reply().is_permanent());
        }
    }

    #[test]
    fn only_what_is_missing_is_added() {
        let address = |text: &str| Address::parse(text).unwrap();
        let account = Arc::new(Mailbox {
            address: address("alice@ours.test"),
            aliases: vec![address("sales@ours.test")],
            send_as: Vec::new(),
            password_hash: None,
            scram: None,
            application_passwords: Vec::new(),
            language: None,
            quota: None,
            forward: None,
            created_at: Timestamp::default(),
        });
        let fix_ups = FixUps {
            now: Timestamp::default(),
            message_id: "<1@mx.ours.test>".into(),
            account: Some(account),
        };
        let added = |header: &str| {
            let mut scan = scan(format!("{header}\r\n\r\n").as_bytes());
            String::from_utf8(fix_ups.apply(&mut scan)).unwrap()
        };
        let both = "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nMessage-ID: <1@mx.ours.test>\r\n";
        assert_eq!(added("From: alice@ours.test"), both);
        assert_eq!(added("From: sales@ours.test\r\nDate: x\r\nMessage-Id: <y@z>"), "");
        assert_eq!(
            added("From: other@ours.test\r\nDate: x\r\nMessage-ID: <y@z>"),
            "Sender: alice@ours.test\r\n"
        );
        assert_eq!(
            added(
                "From: other@ours.test\r\nSender: boss@ours.test\r\nDate: x\r\nMessage-ID: <y@z>"
            ),
            ""
        );
    }
}
