//! Answers that large receivers publish, or are known to give, in their own codes and words; addresses
//! and hosts invented. One line per code.

use causeway_report::read::Category::{self, *};
use causeway_report::read::read;

#[rustfmt::skip]
static ANSWERS: &[(Category, &str)] = &[
    // Gmail and Google Workspace: the cause counts, not that mail is slowed down for it.
    (AuthFailure, "451 4.7.24 The SPF record of the sending domain has one or more suspicious entries. Mail has been temporarily rate limited."),
    (AuthFailure, "421 4.7.26 This mail has been rate limited because it is unauthenticated."),
    (AuthFailure, "421 4.7.27 Your email has been rate limited because SPF authentication didn't pass for this message."),
    (AuthFailure, "550 5.7.30 This mail has been blocked because DKIM does not pass."),
    (AuthFailure, "421 4.7.32 Your email has been rate limited because the From: header isn't aligned with either the authenticated SPF or DKIM domain."),
    (TlsFailure, "421 4.7.29 Your email has been rate limited because this message wasn't sent over a TLS connection."),
    (RequiresPtr, "421 4.7.23 The sending IP address doesn't have a PTR record. Your email has been temporarily rate limited."),
    (ReputationBlock, "421 4.7.0 This message is suspicious due to the very low reputation of the sending IP address; mail has been temporarily rate limited."),
    (ReputationBlock, "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address."),
    (RateLimited, "450 4.2.1 The user you are trying to contact is receiving mail too quickly."),
    (RateLimited, "550 5.4.5 Daily user sending limit exceeded."),
    (MailboxFull, "452 4.2.2 The recipient's inbox is out of storage space."),
    (MailboxDisabled, "550 5.2.1 The email account that you tried to reach is disabled."),
    (MessageTooBig, "552 5.3.4 Your message exceeded Google's message size limits."),
    (NotCompliant, "550 5.7.1 Messages missing a valid Message-ID header are not accepted."),
    (Security, "534 5.7.9 Application-specific password required."),
    (RelayDenied, "550 5.7.1 Invalid credentials for relay."),
    // Exchange Online and Outlook.com.
    (RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36"),
    (SenderRejected, "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; the sender was not authenticated"),
    (SenderRejected, "550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList"),
    (SenderRejected, "554 5.2.252 SendAsDenied; a@ours.test not allowed to send as b@ours.test"),
    (SenderRejected, "550 5.1.8 Access denied, bad outbound sender AS(42004)"),
    (MessageTooBig, "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
    (MailboxFull, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"),
    (RateLimited, "550 5.2.2 Submission quota exceeded; STOREDRV.Submit"),
    (RateLimited, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"),
    (RateLimited, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"),
    (RateLimited, "550 5.7.233 Your tenant exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)"),
    (Security, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    (Security, "530 5.7.57 Client not authenticated to send mail."),
    (Policy, "550 5.7.520 Access denied, Your organization does not allow external forwarding. AS(7555)"),
    (ReputationBlock, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
    (ReputationBlock, "550 5.7.511 Access denied, banned sender [192.0.2.1]."),
    (ReputationBlock, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)"),
    (ReputationBlock, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation."),
    (ReputationBlock, "550 OU-002 Unfortunately, messages from 192.0.2.1 weren't sent."),
    (RateLimited, "421 RP-001 Unfortunately, some messages from 192.0.2.1 weren't sent: the server has exceeded the rate limit allowed on this connection."),
    (ReputationBlock, "550 5.7.1 Client host blocked by ext.test using Customer Block list (AS16012607)"),
    (AuthFailure, "550 5.7.509 Access denied, sending domain ours.test does not pass DMARC verification and has a DMARC policy of reject."),
    (AuthFailure, "550 5.7.515 Access denied, sending domain ours.test doesn't meet the required authentication level."),
    (NotCompliant, "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid From address"),
    (System, "550 5.3.5 System incorrectly configured"),
    (DomainError, "550 5.4.310 DNS domain nowhere.test does not exist [Message=InfoDomainNonexistent]"),
    (Expired, "550 4.4.7 QUEUE.Expired; message expired"),
    (Network, "550 5.4.14 Hop count exceeded - possible mail loop ATTR34"),
    (TlsFailure, "451 4.7.323 tlsa-invalid: The domain failed DANE validation"),
    (TlsFailure, "451 4.4.8 MX hosts of 'ext.test' failed MTA-STS validation."),
    (ContentError, "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds"),
    // Yahoo, Comcast, AT&T, T-Online, GMX, Mail.ru, Yandex, Tencent, NetEase, iCloud.
    (ReputationBlock, "553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred"),
    (UserUnknown, "554 delivery error: dd This user doesn't have a yahoo.com account (u@yahoo.com) [0]"),
    (ReputationBlock, "554 comcast 192.0.2.1 found on one or more DNSBLs"),
    (RateLimited, "421 4.1.0 192.0.2.1 Throttled - try again later."),
    (ReputationBlock, "554 IP=192.0.2.1 - A problem occurred. Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify. (BL)"),
    (ReputationBlock, "554-IP address is black listed. Email refused."),
    (Spam, "554 5.7.1 Message rejected under suspicion of SPAM"),
    (UserUnknown, "550 5.7.1 User policy has changed. No such user"),
    (MailboxDisabled, "550 Local mailbox u@mail.ru is unavailable: account is disabled"),
    (RateLimited, "550 Connection frequency limited."),
    (Spam, "554 DT:SPM mx1,abc please see http://mail.163.com/help/help_spam_16.htm"),
    (RateLimited, "421 Ratelimit exceeded for mailbox u@ext.test"),
    // Mail services.
    (RateLimited, "454 Throttling failure: Maximum sending rate exceeded."),
    (Security, "554 Access denied: User arn:aws:iam::1:user/x is not authorized to perform ses:SendRawEmail on resource"),
    (UserUnknown, "550 5.1.1 Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address."),
    (ReputationBlock, "550 5.7.1 Mail from 192.0.2.1 was refused because of its Sender Score"),
    (MailboxDisabled, "550 extended.absence: this mailbox is blocked"),
    // Postfix, Exim, Sendmail, qmail.
    (Security, "535 Incorrect authentication data"),
    (Moved, "551 User not local; please try <new@ext.test>"),
    (RateLimited, "451 4.7.1 You have exceeded your messages per hour quota"),
    (TlsFailure, "TLS is required, but was not offered by host mx.ext.test[192.0.2.1]"),
    (MailerError, "Command died with status 127: \"/usr/bin/procmail\""),
    (System, "unable to open file for writing: Permission denied"),
    (ReputationBlock, "450 4.2.0 <u@ext.test>: Recipient address rejected: Greylisted"),
    (Policy, "554 5.7.1 <u@ext.test>: Recipient address rejected: HOUSE-RULE"),
    (NotCompliant, "550 maximum allowed line length is 998 octets, got 1200"),
    (NotCompliant, "550-Message headers fail syntax check"),
    (System, "CNAME lookup failed temporarily. (#4.4.3)"),
    (ContentError, "554 5.6.1 Body type not supported by Remote Host"),
    (Expired, "Message could not be delivered for 5 days"),
];

#[test]
fn published_answers_mean_what_their_receivers_say_they_mean() {
    for (category, answer) in ANSWERS {
        let explanation = read(answer.as_bytes());
        let row =
            explanation.recipients.first().unwrap_or_else(|| panic!("nothing read: {answer}"));
        assert_eq!(row.category, *category, "{answer}\n{:?}", row.why);
        assert!(row.why.iter().any(|why| why.starts_with("category ")), "{answer}: {:?}", row.why);
    }
}

/// Every decision says which rule gave it, and line ends make no difference.
#[test]
fn reports_of_every_system_have_reasons_and_do_not_depend_on_line_ends() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut count = 0;
    // Everybody's, and our own.
    for entry in ["bounces", "golden/mail"]
        .into_iter()
        .flat_map(|directory| std::fs::read_dir(tests.join(directory)).unwrap())
    {
        let octets = std::fs::read(entry.unwrap().path()).unwrap();
        let lines: Vec<&[u8]> = octets
            .split(|&b| b == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .collect();
        let explanation = read(&lines.join(&b"\n"[..]));
        for end in [&b"\r\n"[..], b"\r"] {
            assert_eq!(explanation, read(&lines.join(end)));
        }
        for row in &explanation.recipients {
            assert!(row.why.iter().any(|why| why.starts_with("category ")), "{row:#?}");
            assert!(
                row.enhanced_code.is_none() || row.why.iter().any(|why| why.starts_with("code ")),
                "{row:#?}"
            );
        }
        count += 1;
    }
    assert!(count > 100);
}
