//! What servers say, and what it means: one line per way of saying it.

use causeway_report::read::{Category, read};

#[track_caller]
fn means(category: Category, replies: &[&str]) {
    for reply in replies {
        let explanation = read(reply.as_bytes());
        assert!(!explanation.recipients.is_empty(), "nothing read: {reply}");
        let row = &explanation.recipients[0];
        assert_eq!(row.category, category, "{reply}\n{:?}", row.why);
    }
}

#[test]
fn unknown_users_in_many_words() {
    means(
        Category::UserUnknown,
        &[
            "550 5.1.1 <u@x.test>: Recipient address rejected: User unknown in local recipient table",
            "550 5.1.1 The email account that you tried to reach does not exist.",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            "550 No such user here",
            "550 Requested action not taken: mailbox unavailable",
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            "550 5.1.1 <u@x.test> Adressat unbekannt",
            "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)",
        ],
    );
}

#[test]
fn senders_are_told_from_recipients() {
    means(
        Category::SenderRejected,
        &[
            "550 5.1.8 <s@y.test>: Sender address rejected: Domain not found",
            "553 5.1.8 <s@y.test>... Domain of sender address s@y.test does not exist",
            "550 Sender verify failed",
            "501 5.1.7 Invalid sender",
        ],
    );
}

#[test]
fn the_address_the_content_and_the_reputation_are_told_apart() {
    means(
        Category::ReputationBlock,
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. See https://sender.x.test/",
            "421 4.7.0 [T01] Messages from 192.0.2.1 temporarily deferred due to user complaints",
        ],
    );
    means(
        Category::Spam,
        &[
            "550 5.7.1 Message contains spam, rejected",
            "554 5.7.1 Your message was classified as spam",
            "550-5.7.1 [192.0.2.1] This message is likely unsolicited mail. 550 5.7.1 It has been blocked.",
        ],
    );
    means(Category::Virus, &["554 5.7.0 virus detected: Eicar", "550 infected file removed"]);
    means(
        Category::RequiresPtr,
        &["550 5.7.25 no PTR record", "450 4.7.1 IP name lookup failed [192.0.2.1]"],
    );
    means(
        Category::AuthFailure,
        &[
            "550 5.7.26 Unauthenticated email from x.test is not accepted due to domain's DMARC policy",
            "550 5.7.23 SPF validation failed",
        ],
    );
}

#[test]
fn room_size_and_rate() {
    means(
        Category::MailboxFull,
        &[
            "552 5.2.2 Over quota",
            "452 4.2.2 The email account that you tried to reach is over quota",
            "550 5.2.2 STOREDRV.Deliver; mailbox full",
            "550 user has exceeded the storage space",
        ],
    );
    means(
        Category::MessageTooBig,
        &["552 5.3.4 Message size exceeds fixed limit", "550 5.2.3 RESOLVER.RST.SendSizeLimit"],
    );
    means(
        Category::RateLimited,
        &["421 4.7.0 Too many connections", "452 4.3.2 Rate limit exceeded"],
    );
}

#[test]
fn relays_logins_and_encryption() {
    means(
        Category::RelayDenied,
        &[
            "554 5.7.1 <u@x.test>: Relay access denied",
            "550 5.7.1 Unable to relay",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36",
            "550 <u@x.test>... Relay verweigert",
            "553: Diese Domäne steht nicht in der Liste der erlaubten RCPT-Hosts (#5.7.1)",
        ],
    );
    means(
        Category::Security,
        &["530 5.7.0 Authentication required", "535 5.7.8 Authentication failed"],
    );
    means(
        Category::TlsFailure,
        &[
            "451 5.7.3 STARTTLS is required to send mail",
            "450 4.7.320 Certificate validation failed",
        ],
    );
}

#[test]
fn names_and_connections() {
    means(
        Category::DomainError,
        &["550 5.1.2 Host unknown", "Name service error for name=x.test type=MX: Host not found"],
    );
    means(
        Category::Network,
        &[
            "554 5.4.6 Too many hops",
            "550 5.4.1 No answer from host",
            "450 4.4.316 Connection refused [Message=Socket error code 10061]",
            "450 4.4.312 DNS query failed [Message=ErrorRetry]",
        ],
    );
    means(
        Category::NotAccept,
        &["550 5.4.4 no MX found for domain", "556 5.1.10 null MX: domain does not accept mail"],
    );
    means(Category::Expired, &["550 4.4.7 QUEUE.Expired; message expired"]);
    means(Category::MailboxDisabled, &["550 5.2.1 This account has been disabled"]);
    means(Category::Moved, &["551 5.1.6 user has moved, no forwarding address"]);
}

#[test]
fn whole_expressions_come_before_the_words_in_them() {
    means(
        Category::RateLimited,
        &[
            "550 5.2.2 Submission quota exceeded for this sender",
            "451 4.7.1 client host rejected: please try again slower",
            "452 4.5.3 too many recipients, send the rest later",
        ],
    );
    means(
        Category::SenderRejected,
        &[
            "550 bogus mail from: give a real one",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; not authenticated",
            "553 sorry, your domain has been blocked",
        ],
    );
    means(
        Category::ReputationBlock,
        &[
            "554 bad sender IP address 192.0.2.1",
            "554 mx.x.test ESMTP not accepting connections",
            "451 4.7.500 Access denied, please try again later",
            "451 4.7.1 Greylisted, come back in five minutes",
        ],
    );
    means(Category::Policy, &["552 5.7.0 we found an illegal attachment"]);
    means(Category::Virus, &["550 it holds a potentially executable attachment"]);
    means(
        Category::MailboxFull,
        &["552 the user's space has been used up", "552 mail file size exceeds what is left"],
    );
    means(Category::MessageTooBig, &["552 sorry, that size exceeds my databytes limit (#5.3.4)"]);
    means(
        Category::System,
        &[
            "452 mail system full",
            "mail for x.test loops back to myself",
            "451 temporary failure in LDAP lookup",
        ],
    );
    means(Category::Security, &["535 5.7.8 Username and password not accepted"]);
    means(Category::RelayDenied, &["550 we don't handle mail for x.test"]);
    means(
        Category::UserUnknown,
        &["553 that domain or user isn't in my list of allowed rcpthosts"],
    );
    means(Category::Network, &["Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"]);
    means(Category::NotCompliant, &["550 5.7.1 encoded-word syntax is not permitted here"]);
}

#[test]
fn receivers_codes_are_believed_first() {
    means(Category::RequiresPtr, &["554 no. AUP#CXDNS", "550 no. AUP#In-1110"]);
    means(Category::RateLimited, &["550 192.0.2.1 has mailed too much. IB607", "421 AUP#I-1310"]);
    means(Category::Spam, &["550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]"]);
    means(Category::Filtered, &["550 5.1.1 RCP-P2 see the response codes"]);
    means(Category::MailboxFull, &["550 see http://mail.i.ua/err/4/"]);
}

#[test]
fn what_a_server_says_after_the_content_is_about_a_filter() {
    means(
        Category::Filtered,
        &[
            "<u@x.test>: host mx.x.test[192.0.2.9] said: 550 user unknown (in reply to end of DATA command)",
        ],
    );
    means(
        Category::UserUnknown,
        &[
            "<u@x.test>: host mx.x.test[192.0.2.9] said: 550 user unknown (in reply to RCPT TO command)",
            "<u@x.test>: host mx.x.test[192.0.2.9] said: 550 5.1.1 user unknown (in reply to end of DATA command)",
        ],
    );
}
