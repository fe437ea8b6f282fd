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
    ("surfcontrol", &[("bert@ext.test", "5.1.1", Some(UserUnknown))]),];

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
