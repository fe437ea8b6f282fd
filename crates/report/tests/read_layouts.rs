//! One report of every further kind of mail system (`tests/bounces/*.eml`), with invented people and
//! hosts: whom each names, by which code, and what kind of failure it is.

use causeway_report::read::Category::{self, *};
use causeway_report::read::read;

/// Address, enhanced code (empty: none is asked for), category (none: the report does not say).
type Expected = (&'static str, &'static str, Option<Category>);

#[rustfmt::skip]
static REPORTS: &[(&str, &[Expected])] = &[
    ("activehunter", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("james", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("biglobe", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("tonline", &[("bert@ext.test", "5.2.2", Some(MailboxFull))]),
    ("smail", &[("bert@ext.test", "", Some(DomainError))]),
    ("oneandone", &[("bert@ext.test", "5.2.0", None)]),
    ("oneandone2", &[("bert@ext.test", "", Some(MessageTooBig))]),
    ("ex2003", &[("bert@ext.test", "", Some(UserUnknown)), ("cora@ext.test", "", Some(Network))]),
    ("fml", &[("list@ml.ext.test", "", Some(SenderRejected))]),
    ("facebook", &[("bert@ext.test", "5.1.1", Some(Filtered))]),
    ("mailmarshal", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("mimecast", &[("bert@ext.test", "5.4.1", Some(UserUnknown))]),
    ("gworkspace", &[("bert@ext.test", "", Some(SenderRejected))]),
    ("trend", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("trend-ja", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("x4es", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("x4b", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("pftranscript", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("domino-ja", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("notes", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("vzwpix", &[("0000000000@vzwpix.test", "", Some(UserUnknown))]),
    ("imail", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("imail2", &[("bert@ext.test", "", Some(Expired))]),
    ("lsmtp", &[("bert@ext.test", "", None)]),
    ("usanet", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("hotpop", &[("bert@ext.test", "", None)]),
    ("prodigy", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("smtpsvc", &[("bert@ext.test", "", None)]),
    ("eyou", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("ieo", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("fastdns", &[("bert@ext.test", "", Some(DomainError))]),
    ("llnl", &[("bert@ext.test", "", None)]),
    ("simple36", &[("bert@ext.test", "", None)]),
    ("netscape", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("sina", &[("bert@ext.test", "", None)]),
    ("compuserve", &[("bert@compuserve.com", "", Some(UserUnknown))]),
    ("aol", &[("bert@aol.com", "", Some(SenderRejected))]),
    ("groupwise", &[("bert@gw.ext.test", "", Some(UserUnknown))]),
    ("dado", &[("bert@ext.test", "", None)]),
    ("socgen", &[("bert@ext.test", "", None)]),
    ("ademe", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("earthlink", &[("bert@ext.test", "", None)]),
    ("mdaemon", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("msgswitch", &[("bert@ext.test", "", Some(Expired))]),
    ("exadvisory", &[("bert@ext.test", "", Some(Expired))]),
    ("symantec", &[("bert@ext.test", "", Some(Expired))]),
    ("xdelivery", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("opensmtpd-temp", &[("bert@ext.test", "", Some(Network))]),
    ("amavis", &[("bert@ext.test", "5.7.0", Some(Spam))]),
    ("kddi", &[("bert@ext.test", "", Some(DomainError))]),
    ("surfcontrol", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),    ("hmail", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("mailenable", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("kerio", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("smartermail", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("communigate", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("zimbra", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("iis", &[("bert@ext.test", "5.1.1", None)]),
    ("gmx-de", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("netease", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("qqcn", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("libero", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("seznam", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("wp", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("uol", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("terra", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("naver", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("rambler", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("o365html", &[("bert@ext.test", "5.1.10", Some(UserUnknown))]),
    ("gmail-block", &[("bert@ext.test", "5.7.1", Some(Spam))]),
    ("gmail-old-delay", &[("bert@ext.test", "", Some(Expired))]),
    ("gmail-state18", &[("bert@ext.test", "", Some(Filtered))]),
    ("exim-frozen", &[("postmaster@ext.test", "", Some(Expired))]),
    ("exim-alias", &[("cora@ext.test", "", Some(MailerError))]),
    ("exim-undisclosed", &[("cora@ext.test", "", Some(DomainError))]),
    ("courier-smtp", &[("bert@ext.test", "5.7.1", Some(RelayDenied))]),
    ("sendmail-deferred", &[("bert@ext.test", "4.4.1", None)]),
    ("ses-mail", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
    ("barracuda", &[("bert@ext.test", "", Some(Spam))]),
    ("messagelabs-en", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("attached-plain", &[("bert@ext.test", "5.2.2", Some(MailboxFull))]),
    ("qm-multi", &[("bert@ext.test", "", Some(UserUnknown)), ("cora@ext.test", "5.2.2", Some(MailboxFull)), ("dora@other.test", "5.1.2", Some(DomainError))]),
    ("qm-ehlo", &[("bert@ext.test", "", Some(ReputationBlock))]),
    ("qm-mail", &[("bert@ext.test", "5.7.1", Some(SenderRejected))]),
    ("qm-ldap", &[("bert@ext.test", "4.4.3", Some(System))]),
    ("exim-mail", &[("bert@ext.test", "", Some(SenderRejected))]),
    ("exim-ehlo", &[("bert@ext.test", "", Some(ReputationBlock))]),
    ("exim-dsn-delay", &[("bert@ext.test", "4.0.0", Some(Expired))]),
    ("exim-quota", &[("bert@ext.test", "", Some(MailboxFull))]),
    ("exim-lmtp", &[("bert@ext.test", "", Some(UserUnknown))]),
    ("pf-expanded", &[("cora@ext.test", "5.1.1", Some(UserUnknown))]),
    ("pf-old", &[("bert@ext.test", "", Some(DomainError))]),
    ("pf-nodsn", &[("bert@ext.test", "", None)]),
    ("ex2010-many", &[("bert@ext.test", "5.1.1", Some(UserUnknown)), ("cora@ext.test", "5.2.2", Some(MailboxFull))]),
    ("outlookcom", &[("bert@ext.test", "5.5.0", Some(UserUnknown))]),
    ("nullenv-noct", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),
];

fn directory() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bounces")
}

#[test]
fn the_layout_of_every_system_is_read() {
    for (name, expected) in REPORTS {
        let octets = std::fs::read(directory().join(format!("{name}.eml"))).unwrap();
        let rows = read(&octets).recipients;
        let addresses: Vec<_> = rows.iter().filter_map(|row| row.address.as_deref()).collect();
        let wanted: Vec<_> = expected.iter().map(|(address, ..)| *address).collect();
        assert_eq!(addresses, wanted, "{name}: {rows:#?}");
        for (row, (_, code, category)) in rows.iter().zip(*expected) {
            let written = row.enhanced_code.map(|code| code.to_string()).unwrap_or_default();
            assert!(code.is_empty() || written == *code, "{name}: {row:#?}");
            assert!(category.is_none_or(|category| category == row.category), "{name}: {row:#?}");
        }
    }
}

#[test]
fn every_report_in_the_directory_is_asked_about() {
    let mut files: Vec<String> = std::fs::read_dir(directory())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".eml").map(str::to_owned))
        .collect();
    files.sort();
    let mut known: Vec<String> = REPORTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    known.sort();
    assert_eq!(files, known);
}
