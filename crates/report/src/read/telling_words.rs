//! Words that tell what an address in a text is: data for [`super::free_text`]. Lower case.

/// Words right before an address that make it a recipient without doubt.
#[rustfmt::skip]
pub(super) static STRONG_WORDS: &[&str] = &[
    "failed recipient", "undeliverable to", "undelivered to", "could not be delivered to",
    "couldn't be delivered to", "cannot be delivered to", "can not be delivered to",
    "was not delivered to", "wasn't delivered to", "not delivered to", "unable to deliver to",
    "failed to deliver to", "delivering your mail to", "delivering your message to", "delivery to",
    "delivery failed to", "unknown user", "invalid recipient", "failed address",
    "final-recipient: rfc822;", "original-recipient: rfc822;", "unknown recipient",
    "recipient address", "attempt to", "message to", "undeliverable mail to", "generated from",
    "failed for", "delivery failed for", "failed attempts", "20 attempts", "addressed to",
    "expanded from", "rcpt to was", "mail for", "recipient was", "recipient unknown",
    "returned permanent errors", "returned temporary errors", "e-mail-adresse ist",
    "e-mail-adresse lautet", "e-mailadres is", "e-postadressen är", "rejected e-mail address was",
    "e-mail address was", "intended for", "konnte nicht zugestellt werden an", "zustellung an",
    "aan", "member of this mailing list", "levereras till", "address:", "attempts",
];

/// Words right before an address that make it one that was not reached, probably.
#[rustfmt::skip]
pub(super) static TELLING_WORDS: &[&str] = &[
    "to", "for", "recipient", "recipients", "user", "address", "addresses", "mailbox", "account",
    "failed", "undeliverable", "unknown", "rcpt", "rcptto", "rcpt to", "deliver", "delivered", "an",
    "till", "à", "a", "para", "destinataire", "empfänger", "ontvanger", "mottagare", "adresse",
    "adres", "adress", "mail", "e-mail", "email", "forpath", "recipient(s)", "warning", "user(s)",
    "destinatario", "member", "mailing list", "message-id in",
];

/// Words right before an address that make it something else.
#[rustfmt::skip]
pub(super) static NEGATIVE_WORDS: &[&str] = &[
    "from", "sender", "mail from", "from:", "sender:", "reply to", "reply-to", "reply-to:",
    "contact", "contact:", "write to", "send mail to", "send email to", "send e-mail to",
    "send a mail to", "send an email to", "send a message to", "please mail to", "mail to us",
    "forward this to", "report this to", "report to", "report it to", "email us at", "us at",
    "complaints to", "questions to", "help", "message-id", "message-id:", "message id",
    "in-reply-to", "in-reply-to:", "references", "references:", "helo", "ehlo", "von", "van",
    "från", "return-path", "return-path:", "originator", "dear", "hello", "hallo", "hej", "hi",
    "sorry", "postmaster", "administrator", "administrator at", "webmaster", "cc:", "bcc:",
    "x-mailer:", "on behalf of", "mail from:", "envelope-from", "envelope-from:", "message from",
    "mail message from", "email from", "sent by", "de:", "kontaktieren", "kontakt", "assistance",
    "f=", "date:", "subject:", "authenticated as", "forwarded to", "forward to", "e-mail an",
    "to send to", "received from", "please email", "inquiries to", "inquiry to", "support at",
    "delegated to", "mail administrator", "@",
];
