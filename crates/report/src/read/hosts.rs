//! What certain hosts mean by their words.
//!
//! Most answers mean what they say, whoever gives them. A few large receivers use general words for
//! one particular thing ("service is temporarily unavailable" for "too many connections"), or
//! document what theirs mean. A rule here is asked first, and only when the answer comes from that
//! host, or from nobody knows where and the recipient's domain is that receiver's.

use super::Category::{self, *};

/// What is known of one receiver.
struct Receiver {
    /// Ends of the names of its servers, or of the domains it serves; lower case.
    names: &'static [&'static str],
    /// Words of an answer and what they mean. `*` stands for anything in between.
    words: &'static [(Category, &'static [&'static str])],
    /// The same, when the answer came after the content.
    after_content: &'static [(Category, &'static [&'static str])],
}

#[rustfmt::skip]
static RECEIVERS: &[Receiver] = &[
    Receiver {
        names: &["mfsmax.docomo.ne.jp", "docomo.ne.jp"],
        words: &[
            (MailboxFull, &["552 too much mail data"]),
            (RateLimited, &["552 too many recipients"]),
            (ProtocolError, &["503 bad sequence", "504 command parameter"]),
        ],
        // The mobile operators of Japan answer "unknown user" when the subscriber's filter refuses.
        after_content: &[(SenderRejected, &["unknown user"])],
    },
    Receiver {
        // They name the address when it is unknown, and withhold it when a filter refuses.
        names: &["ezweb.ne.jp", "au.com"],
        words: &[(Filtered, &["550 : user unknown"]), (UserUnknown, &[">: user unknown"])],
        after_content: &[],
    },
    Receiver {
        names: &["softbank.ne.jp"],
        words: &[],
        after_content: &[(Filtered, &["invalid recipient"])],
    },
    Receiver {
        names: &["mail.icloud.com", "icloud.com", "apple.com", "me.com", "mac.com"],
        words: &[
            (AuthFailure, &["'s dmarc policy", "failing both spf and dkim"]),
            (ReputationBlock, &["not accepting connections", "blocked - see"]),
            (Policy, &["due to local policy"]),
            (RateLimited, &["due to excessive volume"]),
            (UserUnknown, &["inactive email address", "unknown or illegal alias", "user does not exist"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["yahoodns.net", "yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "verizon.net"],
        words: &[
            (AuthFailure, &["requires all senders to authenticate", "sender is unauthenticated"]),
            (ReputationBlock, &["will be permanently deferred"]),
            (SenderRejected, &["unresolvable rfc.5321"]),
            (Policy, &["not accepted for policy reasons"]),
            (NotCompliant, &["not rfc compliant"]),
            (MailboxDisabled, &[" is no longer valid", "mailbox is disabled"]),
            (UserUnknown, &["mailbox not found", "dd this user doesn't have", "dd requested mail action aborted, mailbox"]),
            (RateLimited, &["max message per connection", "receiving mail too quickly"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["l.google.com", "gmail.com", "googlemail.com"],
        words: &[
            (ReputationBlock, &["try again later, closing connection", "unusual rate of", "very low reputation"]),
            (MailboxFull, &["email quota exceeded", "out of storage space"]),
            (Policy, &["has a policy that prohibited"]),
            (SenderRejected, &["unauthenticated email is not accepted"]),
            (RateLimited, &["this mail has been rate limited"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        words: &[
            (SenderRejected, &["5.7.1 delivery not authorized", "access denied, bad outbound sender", "unknown sender address"]),
            (UserUnknown, &["requested action not taken: mailbox unavailable", "recipient address rejected: access denied"]),
            (SenderRejected, &["sender denied"]),
            (ReputationBlock, &["invalid domain name"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["mimecast.com", "mimecast-offshore.com"],
        words: &[
            (ReputationBlock, &["421 sender address blocked", "451 recipient temporarily unavailable",
                "ip temporarily blacklisted", "internal resources are temporarily unavailable",
                "ip reputation"]),
            (RateLimited, &["account service is temporarily unavailable", "too many recipients"]),
            (SenderRejected, &["envelope blocked", "administrative prohibition", "blocked senders"]),
            (Policy, &["anti-spoofing", "host network not allowed", "content examination"]),
            (Spam, &["mcspamsignature"]),
            (Virus, &["email rejected due to security policies"]),
            (System, &["unable to process", "message ended early"]),
            (Network, &["mail loop detected"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["messagelabs.com"],
        words: &[
            (NotCompliant, &["requested action aborted [4]"]),
            (Spam, &["message filtered", "filtered by outbound scanning"]),
            (RateLimited, &["too many messages", "too many recipients"]),
            (UserUnknown, &["mailbox is not allowed", "invalid recipient", "no such user"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["qq.com", "foxmail.com"],
        words: &[
            (SenderRejected, &["mail is rejected by recipients"]),
            (ReputationBlock, &["suspected bounce attacks", "suspected spam ip", "connection denied"]),
            (RateLimited, &["frequency limited", "access denined"]),
            (ProtocolError, &["bad address syntax"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["zoho.com", "zoho.eu", "zohomail.com"],
        words: &[
            (Virus, &["virus*detected"]),
            (ReputationBlock, &["greylisted"]),
            (SenderRejected, &["mail rejected by destination domain"]),
            (Policy, &["policy violation detected", "restricted by policy"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["cox.net", "cox.com"],
        words: &[
            (ReputationBlock, &["cox too many bad commands", "too many invalid recipients"]),
            (RequiresPtr, &["dns check failure", "rejected - no rdns"]),
            (Policy, &["no data before greeting", "attachment extension is forbidden"]),
            (RateLimited, &["too many sessions", "requested action aborted: try again later", "threshold exceeded"]),
            (SenderRejected, &["sender rejected"]),
            (UserUnknown, &["recipient rejected"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["secureserver.net"],
        words: &[
            (Expired, &["has been in the queue too long", "delivery timeout"]),
            (ReputationBlock, &["rbl reject"]),
            (MailboxFull, &["account storage limit"]),
            (MailboxDisabled, &["account disabled"]),
            (UserUnknown, &["account does not exist", "recipient not found"]),
            (System, &["message is looping"]),
        ],
        after_content: &[],
    },
    Receiver {
        names: &["mx.cloudflare.net"],
        words: &[(ReputationBlock, &["found on one or more"]), (System, &["upstream error"])],
        after_content: &[],
    },
];

/// What an answer means that this host, or this recipient's domain, gives in its own sense.
///
/// `reduced` is the answer as [`super::phrases::reduce`] gives it; `host` may be empty.
pub(super) fn meaning(
    host: &str,
    address: Option<&str>,
    reduced: &str,
    after_content: bool,
) -> Option<Category> {
    let name = if host.is_empty() {
        address.and_then(|address| address.rsplit_once('@')).map_or("", |(_, domain)| domain)
    } else {
        host
    };
    let name = name.trim_end_matches('.');
    let receiver = RECEIVERS.iter().find(|r| r.names.iter().any(|end| is_within(name, end)))?;
    let content: &[_] = if after_content { receiver.after_content } else { &[] };
    content
        .iter()
        .chain(receiver.words)
        .find(|(_, patterns)| patterns.iter().any(|pattern| occurs(pattern, reduced)))
        .map(|(category, _)| *category)
}

/// Words before the name of the server that answered.
static NAME_LABELS: &[&str] = &["host ", "while talking to ", "connect to ", "talking to ", " by "];

/// The server that a text says has answered: `host mx.x.test[192.0.2.1] said`, `... while talking to
/// mx.x.test.:`. Only a name followed by its address, a colon, its bracketed details or "said:" counts.
pub(super) fn named_in(text: &str) -> Option<&str> {
    let mut end = text.len().min(2048);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    NAME_LABELS.iter().find_map(|label| {
        memchr::memmem::find_iter(text.as_bytes(), label.as_bytes()).find_map(|at| {
            let rest = text[at + label.len()..].trim_start();
            let end =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))?;
            let after = rest[end..].trim_start();
            let name = rest[..end].trim_end_matches('.');
            let is_name = name.contains('.') && name.bytes().any(|b| b.is_ascii_alphabetic());
            let says = after.starts_with(['[', ':', '(']) || after.starts_with("said:");
            (is_name && says).then_some(name)
        })
    })
}

/// True when `name` is `end` or lies below it; case aside.
fn is_within(name: &str, end: &str) -> bool {
    let Some(start) = name.len().checked_sub(end.len()) else { return false };
    name.is_char_boundary(start)
        && name[start..].eq_ignore_ascii_case(end)
        && (start == 0 || name.as_bytes()[start - 1] == b'.')
}

/// True when all pieces of a pattern occur in order.
pub(super) fn occurs(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_their_host_means_by_them() {
        let busy = " 451 account service is temporarily unavailable";
        assert_eq!(meaning("eu-1.mimecast.com", None, busy, false), Some(RateLimited));
        assert_eq!(meaning("mx.ext.test", None, busy, false), None);
        assert_eq!(meaning("notmimecast.com", None, busy, false), None);
    }

    #[test]
    fn the_recipients_domain_stands_in_for_an_unknown_host() {
        let answer = " 554 delivery error: dd @ is no longer valid.";
        assert_eq!(meaning("", Some("u@yahoo.com"), answer, false), Some(MailboxDisabled));
        assert_eq!(meaning("relay.ext.test", Some("u@yahoo.com"), answer, false), None);
    }

    #[test]
    fn the_server_that_answered_is_found_in_the_text() {
        for (text, name) in [
            ("host mx1.ext.test[192.0.2.1] said: 550 no", Some("mx1.ext.test")),
            ("host mx1.ext.test [192.0.2.1]: 550 no", Some("mx1.ext.test")),
            ("... while talking to mx.ext.test.:\n>>> DATA", Some("mx.ext.test")),
            ("the host that you wanted: none", None),
            ("host 192.0.2.1[192.0.2.1] said", None),
        ] {
            assert_eq!(named_in(text), name, "{text}");
        }
    }

    #[test]
    fn the_step_counts_where_the_words_depend_on_it() {
        let answer = " 550 unknown user @";
        assert_eq!(meaning("mfsmax.docomo.ne.jp", None, answer, true), Some(SenderRejected));
        assert_eq!(meaning("mfsmax.docomo.ne.jp", None, answer, false), None);
    }
}
