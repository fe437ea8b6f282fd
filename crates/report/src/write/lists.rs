//! Mail of mailing lists: reports about it that must not be sent.
//!
//! A report goes to the envelope's sender (RFC 3464 section 2), which for a list is an address at which the list
//! manager counts bounces. Lists of the old kind send under the address that they are written to: a report to it
//! would reach every subscriber, and come back. So none goes there, and nobody who sends to a list or to the
//! thousands is told that one copy is late. Pure.

use causeway_model::Address;
use mail_parser::{Message, MessageParser};

use super::original::header_of;

/// Whether a message comes from a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListMail {
    /// No.
    No,
    /// It is sent to many; its reverse-path is an address for reports.
    ToMany,
    /// Its reverse-path is the address of the list itself.
    FromListAddress,
}

/// Looks at the header (RFC 2919, RFC 2369, and `Precedence`, which is older than both).
#[must_use]
pub fn list_mail(content: &[u8], reverse_path: &Address) -> ListMail {
    let Some(message) = MessageParser::default().parse_headers(header_of(content)) else {
        return ListMail::No;
    };
    let precedence = field(&message, "Precedence").to_ascii_lowercase();
    let (list_id, list_post) = (field(&message, "List-Id"), field(&message, "List-Post"));
    let is_list = !list_id.is_empty() || !list_post.is_empty() || precedence == "list";
    if !is_list {
        let is_bulk = matches!(precedence.as_str(), "bulk" | "junk");
        return if is_bulk { ListMail::ToMany } else { ListMail::No };
    }
    let key = reverse_path.mailbox_key();
    let is_own = |text: &str| Address::parse(text).is_ok_and(|own| own.mailbox_key() == key);
    // To, Cc and Reply-To prove nothing: who sends news to many often writes to themselves and takes the answers.
    if posting_addresses(list_post).any(is_own)
        || address_of_id(list_id).is_some_and(|own| is_own(&own))
    {
        ListMail::FromListAddress
    } else {
        ListMail::ToMany
    }
}

fn field<'a>(message: &'a Message<'_>, name: &'static str) -> &'a str {
    message.header_raw(name).unwrap_or_default().trim()
}

/// The `mailto:` addresses of `List-Post`.
fn posting_addresses(field: &str) -> impl Iterator<Item = &str> {
    field.split("<mailto:").skip(1).filter_map(|rest| rest.split(['>', '?']).next())
}

/// `dev@lists.example` for `Developers <dev.lists.example>`: how list managers make their ids.
fn address_of_id(field: &str) -> Option<String> {
    let id = field.rsplit_once('<')?.1.split('>').next()?;
    id.split_once('.').map(|(local, domain)| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(header: &str, reverse_path: &str) -> ListMail {
        list_mail(format!("{header}\r\n\r\nText").as_bytes(), &reverse_path.parse().unwrap())
    }

    #[test]
    fn a_report_never_goes_to_a_list_s_own_address() {
        for (header, reverse_path, expected) in [
            ("Subject: x", "a@ext.test", ListMail::No),
            ("To: a@ext.test", "a@ext.test", ListMail::No),
            ("Precedence: bulk\r\nTo: news@ext.test", "news@ext.test", ListMail::ToMany),
            ("List-Id: Dev <dev.lists.test>", "dev-bounces@lists.test", ListMail::ToMany),
            ("List-Id: Dev <dev.lists.test>", "Dev@lists.test", ListMail::FromListAddress),
            (
                "List-Post: <mailto:dev@ext.test?subject=x>",
                "dev@ext.test",
                ListMail::FromListAddress,
            ),
            ("List-Post: NO", "owner@ext.test", ListMail::ToMany),
            ("Precedence: List\r\nTo: All <all@ext.test>", "all@ext.test", ListMail::ToMany),
            (
                "List-Id: News <news.ext.test>\r\nReply-To: shop@ext.test",
                "shop@ext.test",
                ListMail::ToMany,
            ),
        ] {
            assert_eq!(of(header, reverse_path), expected, "{header} {reverse_path}");
        }
        let in_the_body = list_mail(b"A: b\r\n\r\nList-Id: <x.y>\r\n", &"x@y".parse().unwrap());
        assert_eq!(in_the_body, ListMail::No);
    }

    proptest! {
        #[test]
        fn any_header_is_judged(header in "(List-Id|List-Post|Precedence|To): [ -~]{0,60}") {
            of(&header, "a@ext.test");
        }
    }
}
