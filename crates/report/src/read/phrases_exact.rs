//! Whole expressions with one meaning, asked before the general words: data for
//! [`super::phrases`].
//!
//! A short pattern (" attachment", "quota") is right most of the time; these are the longer ones
//! in which it is wrong ("illegal attachment", "submission quota"), and set expressions of
//! particular servers. The same form as in [`super::phrases_data`]: the first group that matches
//! wins.

use super::Category::*;
use super::phrases::Strength::{Strong, Weak};
use super::phrases_data::Group;

/// Category, strength, patterns.
#[rustfmt::skip]
pub(super) static EXACT: &[Group] = &[
    // Causes that are named beside the consequence ("… has been rate limited because …").
    (AuthFailure, Strong, &[
        "the spf record of", "authentication didn't pass", "authentication did not pass",
        "dkim does not pass", "dkim didn't pass", "spf does not pass", "spf didn't pass",
        "required authentication level", "neither spf nor dkim",
    ]),
    (RequiresPtr, Strong, &[
        "have a ptr record", "have a ptr resource record", "have a ptr setup", "no reverse dns entry",
    ]),
    (TlsFailure, Strong, &[
        "over a tls connection", "failed mta-sts validation", "sts policy", "tlsa-invalid",
        "dnssec-invalid", "starttls-not-supported", "certificate-expired", "certificate-host-mismatch",
    ]),
    (RateLimited, Strong, &[
        "rate limit allowed", "connection limit allowed", "messages per hour", "messages per day",
        "per-hour limit", "hourly limit", "hourly quota",
    ]),
    (MailboxDisabled, Strong, &["mailbox is blocked", "account is blocked", "mailbox has been blocked"]),
    (Moved, Strong, &["not local; please try <"]),
    (ReputationBlock, Strong, &[
        "low reputation of", "sender score", "weren't sent", "server busy. please try again later from",
        "customer block list", "postmaster for help or to contact", "banned sender [",
        "hosted by a network that", "sending ip is blocked",
        "bad reputation", "listed on our blocklist", "access from your ip",
    ]),
    (Security, Strong, &[
        "smtpclientauthentication is disabled", "smtp authentication is disabled",
        "application-specific password", "authentication data", "app password required", "log in with your web browser",
        "log in via your web browser", "basic authentication is disabled",
    ]),
    (Policy, Strong, &[
        "allow external forwarding", "automatic forwarding", "forwarding is not allowed",
    ]),
    (UserUnknown, Strong, &["policy has changed. no such user"]),
    // What Causeway says itself.
    (Security, Strong, &["password for the remote server was not sent"]),
    (TlsFailure, Strong, &["offers only tls"]),
    (Policy, Strong, &["returned to its sender by an administrator", "on hold until an administrator decides"]),
    (RateLimited, Strong, &["forwards its mail, and has forwarded"]),
    (System, Strong, &[
        "no outbound connector", "could not be written: permission", "credentials for the remote server could not",
    ]),
    (ProtocolError, Strong, &["does not speak smtp"]),
    (DomainError, Strong, &["(nxdomain)", "neither an mx record nor", "dnssec bogus"]),
    (NotAccept, Strong, &[
        "name server: .: host not found", "no route for current request",
        "no host found for existing smtp connection", "account inbounds disabled",
    ]),
    (Network, Strong, &[
        "able to establish an smtp connection", "suspiciousremoteservererror",
        "unable to resolve route", "network error on destination",
    ]),
    (MessageTooBig, Strong, &["header size exceeds limit", "message header size limit"]),
    (TlsFailure, Strong, &[
        "tls/ssl", "tls required for", "requires encryption (tls)", "requires tls version",
        "requires high-strength ciphers", "senders to use tls", "does not support tls",
    ]),
    (Security, Strong, &[
        "security alert",
        "you don't authenticate", "authorized to send mail, authentication", "username and password",
        "too many login attempts", "smtp authentication in your", "authorized to perform ses:",
    ]),
    (RelayDenied, Strong, &[
        "attempting to send to a non-local", "not a gateway", "not an open relay", "open relay not",
        "not local host", "don't handle mail for", "following smtp relay error",
        "invalid credentials for relay", "email directly to our servers", "outbounds disabled",
    ]),
    (RateLimited, Strong, &[
        "too many recipients", "thread limit exceeded", "submission quota", "message receive limit",
        "receiving limits from", "quota for receiving", "permitted limits within", "has exceeded threshold",
        "traffic not accepted from this", "max emails per hour", "try again slower",
        "throttling failure", "too many errors from your", "trop de connexions",
        "numerous attempts to deliver", "max message per connection", "message per connection",
        "excessive volume", "message threshold exceeded", "daily limit for message",
        "per-domain connection limit", "recipients received this hour", "mails per",
        "limit*messages per", "number of messages per", "too many transactions",
        "outbound thread limit", "same message-id:", "relay limit exceeded", "ratelimit exceeded", "rate limit exceeded",
        "daily limit for sending", "sender throttled", "external recipient rate",
    ]),
    (MailboxFull, Strong, &["user has no space", "mailbox has no space"]),
    (RequiresPtr, Strong, &[
        "unresolvable relay host", "unverifyable sending ip", "unverifiable sending ip",
        "dns lookup failure: *try again", "corresponding forward dns", "dns check failure",
        "regarding ptr record", "does not have a ptr", "ip name lookup",
    ]),
    (AuthFailure, Strong, &[
        "spf.pobox.com", "required authentication level", "your spf settings", "spf sender invalid", "dkim sender invalid",
        "dmarc sender invalid", "domain authentication fail", "invalid spf", 
        "authenticate with either spf", "authenticate their email with", "'s spf record",
        "requires all*to authenticate", "aligned with either",
    ]),
    (ReputationBlock, Strong, &[
        "access denied, please try again later", "access denied, rejected by recipient",
        "banned sender[", "bad sender ip", "sender ip address rejected", "confirm this mail server",
        "sending spam see", "no valid recipients from", "not accepting connections",
        "extreme bad ip", "host network not allowed", "invalid ip for sending",
        "no access from mail server", "matches to nameserver query", "refused - see",
        "mta or the sender has not passed", "open proxy", "forbidden by your ip",
        "submit messages to this e-mail system has been rejected", "spams from your ip",
        "unwanted messages have been sent from", "mail from dynamic ip",
        "you are sending spam", "server requires confirmation", "listed as abusive", "abus detecte",
        "unusual rate of unsolicited", "not in whitelist for rcpt", "on one or more dnsbl",
        "on one or more rbl", "rbl reject", "connection rejected by policy",
        "rejected due to listing", "domain present in the spamhaus", "bounce attacks", "by outlook.com for policy",
        "too many bad commands", "too many invalid recipients", "invalid recipients from your",
        "greylisted", "graylisted", "greylisting in action", "service refus", "bloquee pour",
        "source bloquee", "permanently deferred", "temporarily blacklisted", "not trusted client",
        " go away", "access denied, bad helo", "poor reputation", "blocked due to*reputation",
    ]),
    (NotCompliant, Strong, &[
        "message is malformed", "encoded-word syntax", "multiple addresses in from", "blank from:",
        "from: address. provide", "addresses are not allowed as a from", "unicode character in a",
        "missing a valid address", "missing a valid message-id", "valid rfc 5321", "lone cr", "lone lf",
        "headers fail syntax", "header syntax", "maximum allowed line length", "line longer than 998",
        "too long for rfc",
    ]),
    (ProtocolError, Strong, &["smtp protocol violation"]),
    (Virus, Strong, &["potentially executable attachment", "viruses or other malware"]),
    (Policy, Strong, &[
        "illegal attachment", "transport rule", "mail flow rule", "not accepting mail with attachment",
        "not accepting mail with embedded", "header are not accepted", "protocol violation",
        "messages containing images", "x-dg-ref header", "content presents a potential",
        "attachment extension is forbidden", "no data before greeting",
        "anti-spoofing policy", "content examination policy", "delivery restricted by policy",
        "without solving a captcha",
    ]),
    (ContentError, Strong, &[
        "header size", "executable content", "mime complexity", "invalid mime", "unnecessary base64", "stray linefeed",
        "too many related errors", "message depth exceeded", "improperly-formatted",
        "body type not supported", "barelinefeedsareillegal",
        "message header size",
    ]),
    (MailboxFull, Strong, &[
        "exceeding receiving limits", "not have enough space", "mail file size exceeds",
        "account storage limit", "mailbox would exceed", "space has been used up",
        "storage limit has been", "reached disk quota", "mailbox quota",
        "is full and can't", "user mailbox exceeds",
    ]),
    (MessageTooBig, Strong, &[
        "taille limite du message", "maximum size the user accepts", "exceeded google's message size",
        "maximum email size", "size exceeds my databytes", "databytes limit", 
        "exceeds the maximum permitted",
    ]),
    (MailerError, Strong, &[
        "mailer error", "pipe to |", "command output:", "bad interpreter",
    ]),
    (System, Strong, &[
        "mail system full", "loops back to myself", "loop broken", "loop back warning",
        "loop alert", "unix from loop", "detected a loop condition", "duplicated message-id", "would create a mail loop",
        "loop was found in the mail exchanger", "there is no mdb", "delivery to pipe forbidden",
        "delivery to file forbidden", "local delivery failed", "several matches found",
        "homedir creat", "results returned but needs to be unique", "contact ldap", "ldap server", "ldap lookup",
        "ldap attribute", "journaling",
        "mailbox address ambiguous", "misconfigured forwarding", "policy size per transaction",
        "destination domains per transaction", "temporary server error", "process connection at this",
        "esmtp server temporarily", "connect to*daemon", "recently been processed",
        "no space left on device", "agent busy", "incorrectly configured", "cname lookup failed",
        "for writing: permission denied", "recipient directory", "lookup table",
    ]),
    (SenderRejected, Strong, &[
        "isn't on the recipient's list", "not on the recipient's list", "bogus mail from",
        "purported responsible address", "bouncedeny", "valid-address-filter",
        "senderfilterconfig", "envelope blocked", "invalid domain, see", "recursive cname",
        "imposed mailbox access", "'send mail as'", "send mail as' feature",
        "spam reporting address", "empty email address", "server does not accept mail from",
        "unsigned dsn", "unroutable sender", "unrouteable sender", "email address has been blacklist",
        "domain has been blacklist", "your domain has been blocked",
        "your email address has been blocked", "envelope rejected", "mail sending denied",
        "unregistered domain", "spam abuse detected", "header-based*block", "manually blocked sender",
        "not member", "unresolvable rfc.5321", "envelope domain not allowed",
        "sender not pre-approved", "allowed-senders list", "rst.notauthorized", "reject mail from",
        "may cause mail loop", "reject spammers", "sendernotauthenticatedfor",
        "notauthorized;*sender", "adresse*expediteur",
    ]),
    (Spam, Strong, &[
        "dt:spm", "drbl", "message filtered", "mcspamsignature", "by our filter", "nature of the content",
        "antispam checks", "blocked for abuse",
    ]),
    (MailboxDisabled, Strong, &[
        "archived recipient", "destinataire archiv", "user is terminated",
        "administratively disabled", "administrativley disabled", "temporarily limited",
        "banned recipient", "destinataire est bloque", "mailbox cannot be accessed",
        "account isblocked", "account is blocked", "unpaid", "dormant", "hibernat",
    ]),
    (Filtered, Strong, &[
        "user rules", "mailbox rules", "inbox rule", "cannot route mail to user", "recipient's preferences", "privacy settings", "privacy setting",
    ]),
    (UserUnknown, Strong, &[
        "domain or user isn't in my list", "envelope recipient has been denied", "can't accept user",
        "not email addresses", "unavaiable", "user not active", "inactive email address",
        "mail for that user", "unable to validate recipient", "not activated", "an active address at", "email address is wrong",
        "receiver not found", "no such account", "mailbox is not allowed", "recipient is not accepted",
        "addresses were unknown", "reserved by rfc 2606", "list of recipients is empty",
    ]),
    (DomainError, Strong, &[
        "all host address lookups failed perm", "records point to non-existent",
        "remote domain doesnt exist", "host or domain name not found", "responded with code nxdomain",
        "dns server returned answer with no data", "relevant mx records point",
        "no mail servers appear", "data record of requested type",
    ]),
    (ProtocolError, Strong, &[
        "domain missing in source-routed", "angle-brackets nested", "expected word or",
        "unimplemented command", "ehlo/helo first", "hello first",
    ]),
    (Expired, Strong, &[
        "delivery attempts will continue", "delivery timeout", "was not delivered within",
        "not be delivered for more", "not be delivered for the last", "not be delivered for 1",
        "not be delivered for 2", "not be delivered for 3", "not be delivered for 4",
        "not be delivered for 5", "not be delivered for 7",
        "message*has been frozen", "was frozen on arrival",
    ]),
    // Languages that the general groups lack.
    (UserUnknown, Strong, &[
        "neexistuje", "nem létezik", "bulunamadı", "존재하지 않", "찾을 수 없", "tidak ditemukan",
        "findes ikke", "ikke funnet", "ei löydy", "nu există", "не знайден", "не існує", "查無此",
        "không tồn tại", "δεν υπάρχει",
    ]),
    (MailboxFull, Strong, &[
        "schránka*pln", "megtelt", "kotası dol", "용량*초과", "on täynnä", "postkasse*fuld",
        "postkasse*full", "переповнен", "已满", "已滿", "đã đầy",
    ]),
    (System, Weak, &["transaction failed", "storedrv.deliver"]),
];
