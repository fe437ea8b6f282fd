//! TLS-13: records, policies and hosts, good and hostile. Fetching is tested with real servers in
//! `tests/sts_fetch.rs`.

use proptest::prelude::*;

use super::*;

const GOOD: &str = "version: STSv1\r\nmode: enforce\r\nmx: mx.partner.test\r\nmx: *.mail.partner.test\r\nmax_age: 604800\r\n";

fn read(text: &str) -> Result<Policy, PolicyError> {
    Policy::read(text.as_bytes())
}

#[test]
fn a_policy_is_read() {
    let policy = read(GOOD).unwrap();
    assert_eq!(policy.mode, Some(StsMode::Enforce));
    assert_eq!(policy.max_age, Duration::from_secs(604_800));
    assert_eq!(policy.hosts, ["mx.partner.test", "*.mail.partner.test"]);
    // Line ends of both kinds, odd spaces, unknown keys, a missing last line end.
    let odd = "mode:testing \nversion:  STSv1\nfuture: x:y\nmx: MX.Partner.test\t\nmax_age: 5";
    assert_eq!(read(odd).unwrap().hosts, ["mx.partner.test"]);
    assert_eq!(read("version: STSv1\nmode: none\nmax_age: 60\n").unwrap().mode, None);
}

#[test]
fn a_policy_with_a_mistake_is_none() {
    for (text, error) in [
        ("", PolicyError::Version),
        ("<html>hello</html>", PolicyError::Line { line: 1 }),
        ("version: STSv2\nmode: none\nmax_age: 1", PolicyError::Version),
        ("version: STSv1\nmode: strict\nmx: a.test\nmax_age: 1", PolicyError::Mode),
        ("version: STSv1\nmx: a.test\nmax_age: 1", PolicyError::Mode),
        ("version: STSv1\nmode: enforce\nmax_age: 1", PolicyError::Hosts),
        ("version: STSv1\nmode: enforce\nmx: a.test", PolicyError::MaxAge),
        ("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: -1", PolicyError::MaxAge),
        ("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 99999999999", PolicyError::MaxAge),
        ("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: \u{221e}", PolicyError::MaxAge),
    ] {
        assert_eq!(read(text), Err(error), "{text:?}");
    }
    assert_eq!(Policy::read(b"\xff\xfe"), Err(PolicyError::NotText));
    for pattern in [
        "*.",
        "*.*",
        "*",
        "*.*.test",
        "a.*.test",
        "m\u{fc}ller.test",
        "*.m\u{fc}.test",
        "",
        "a b",
        "a..b",
    ] {
        let text = format!("version: STSv1\nmode: enforce\nmx: {pattern}\nmax_age: 1");
        assert!(matches!(read(&text), Err(PolicyError::Pattern { .. })), "{pattern:?}");
    }
}

#[test]
fn ages_have_bounds() {
    let with = |age: &str| {
        read(&format!("version: STSv1\nmode: testing\nmx: a.test\nmax_age: {age}")).unwrap().max_age
    };
    assert_eq!(with("0"), Duration::ZERO);
    assert_eq!(with("9999999999"), LONGEST_AGE);
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let policy = read(GOOD).unwrap();
    for host in ["mx.partner.test", "MX.partner.test.", "a.mail.partner.test"] {
        assert!(policy.allows(host), "{host}");
    }
    for host in [
        "partner.test",
        "mail.partner.test",
        "a.b.mail.partner.test",
        ".mail.partner.test",
        "mx.partner.test.evil.test",
        "xmx.partner.test",
        "",
    ] {
        assert!(!policy.allows(host), "{host}");
    }
}

#[test]
fn a_record_announces_a_policy() {
    let id = |texts: &[&str]| policy_id(&texts.iter().map(|&t| t.to_owned()).collect::<Vec<_>>());
    assert_eq!(id(&["v=STSv1; id=20260101T0101;"]).as_deref(), Some("20260101T0101"));
    assert_eq!(id(&["other", "v=STSv1;id=a"]).as_deref(), Some("a"));
    for bad in [
        &["v=STSv1; id=a;", "v=STSv1; id=b;"][..],
        &["v=STSv1"],
        &["v=STSv1;"],
        &["v=STSv1; id=;"],
        &["v=STSv1; id=a b;"],
        &["v=STSv12; id=a;"],
        &["v=STSv1; id=012345678901234567890123456789012;"],
        &[],
    ] {
        assert_eq!(id(bad), None, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn anything_is_read_without_a_panic(text in "\\PC{0,200}", host in "[a-z.*]{0,30}") {
        let _ = policy_id(std::slice::from_ref(&text));
        let lines = format!("version: STSv1\nmode: enforce\nmx: {text}\nmx: a.test\nmax_age: 1");
        if let Ok(policy) = read(&lines) {
            let _ = policy.allows(&host);
        }
    }
}
