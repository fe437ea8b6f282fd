use super::*;
use crate::samples::failures;

fn codes(failure: &Failure, stage: Stage, phase: Phase) -> String {
    status(failure, stage, phase).code_text()
}

fn attempt(outcome: Outcome, stage: Stage) -> Attempt {
    Attempt {
        host: Some("mail.corp.example".into()),
        address: Some(([192, 0, 2, 7], 25).into()),
        ..Attempt::new(causeway_model::Timestamp::from_millis(0), "corp.example", stage, outcome)
    }
}

/// Sample, codes while queued, codes when returned.
const CODES: &[(&str, &str, &str)] = &[
    ("domain-not-found", "450 4.4.312", "550 5.4.312"),
    ("no-address", "450 4.4.312", "550 5.4.312"),
    ("dns-server-failure", "450 4.4.312", "550 5.4.312"),
    ("dns-timeout", "450 4.4.312", "550 5.4.312"),
    ("dnssec-bogus", "450 4.4.312", "550 5.4.312"),
    ("null-mx", "450 4.1.10", "556 5.1.10"),
    ("mx-points-here", "450 4.4.6", "554 5.4.6"),
    ("connect-timeout", "450 4.4.315", "550 5.4.315"),
    ("connection-refused", "450 4.4.316", "550 5.4.316"),
    ("unreachable", "450 4.4.315", "550 5.4.315"),
    ("source-address-unusable", "451 4.3.5", "554 5.3.5"),
    ("timed-out", "450 4.4.318", "550 5.4.318"),
    ("closed-abruptly", "450 4.4.318", "550 5.4.318"),
    ("service-refused", "450 4.4.317", "550 5.4.317"),
    ("protocol-error", "450 4.4.318", "550 5.4.318"),
    ("tls-not-offered", "450 4.4.317", "550 5.4.317"),
    ("starttls-refused", "450 4.4.317", "550 5.4.317"),
    ("tls-handshake", "450 4.4.317", "550 5.4.317"),
    ("tls-too-old", "450 4.4.317", "550 5.4.317"),
    ("tls-nothing-in-common", "450 4.4.317", "550 5.4.317"),
    ("certificate-expired", "450 4.7.320", "550 5.7.320"),
    ("certificate-not-yet-valid", "450 4.7.320", "550 5.7.320"),
    ("certificate-name-mismatch", "450 4.7.320", "550 5.7.320"),
    ("certificate-unknown-issuer", "450 4.7.320", "550 5.7.320"),
    ("certificate-chain-incomplete", "450 4.7.320", "550 5.7.320"),
    ("certificate-self-signed", "450 4.7.320", "550 5.7.320"),
    ("certificate-revoked", "450 4.7.320", "550 5.7.320"),
    ("certificate-invalid", "450 4.7.320", "550 5.7.320"),
    ("auth-not-offered", "450 4.7.8", "550 5.7.8"),
    ("credentials-unprotected", "450 4.7.8", "550 5.7.8"),
    ("auth-refused", "450 4.7.8", "550 5.7.8"),
    ("credentials-unreadable", "451 4.3.5", "554 5.3.5"),
    ("dane-no-tls", "450 4.7.321", "550 5.7.321"),
    ("dane-expired", "450 4.7.322", "550 5.7.322"),
    ("dane-mismatch", "450 4.7.323", "550 5.7.323"),
    ("dane-other-name", "450 4.7.325", "550 5.7.325"),
    ("tlsa-mismatch", "450 4.7.323", "550 5.7.323"),
    ("tlsa-unavailable", "450 4.7.324", "550 5.7.324"),
    ("sts-expired", "450 4.7.5", "550 5.7.5"),
    ("sts-host-not-listed", "450 4.4.8", "550 5.4.8"),
    ("user-unknown", "550 5.1.1", "550 5.1.1"),
    ("relay-denied", "550 5.4.1", "550 5.4.1"),
    ("greylisted", "451 4.7.1", "550 5.4.7"),
    ("bare-refusal", "550 5.1.0", "550 5.1.0"),
    ("spam", "554 5.7.1", "554 5.7.1"),
    ("peer-mailbox-full", "452 4.2.2", "550 5.4.7"),
    ("extension-missing", "450 4.6.7", "553 5.6.7"),
    ("eight-bit-not-taken", "450 4.6.3", "554 5.6.3"),
    ("too-big", "452 4.3.4", "552 5.3.4"),
    ("too-many-hops", "450 4.4.6", "554 5.4.6"),
    ("moved", "551 5.1.6", "551 5.1.6"),
    ("mailbox-disabled", "550 5.2.1", "550 5.2.1"),
    ("login-required", "530 5.7.0", "530 5.7.0"),
    ("tls-required", "530 5.7.10", "530 5.7.10"),
    ("too-many-recipients", "452 4.5.3", "550 5.4.7"),
    ("virus", "554 5.7.0", "554 5.7.0"),
    ("content-refused", "550 5.6.0", "550 5.6.0"),
    ("address-listed", "554 5.7.1", "554 5.7.1"),
    ("no-reverse-name", "550 5.7.25", "550 5.7.25"),
    ("unauthenticated", "550 5.7.26", "550 5.7.26"),
    ("sender-refused", "550 5.1.8", "550 5.1.8"),
    ("sending-too-fast", "421 4.7.28", "550 5.4.7"),
    ("recipient-policy", "550 5.7.1", "550 5.7.1"),
    ("takes-no-mail", "556 5.1.10", "556 5.1.10"),
    ("server-trouble", "451 4.3.0", "550 5.4.7"),
    ("refused-as-too-big", "552 5.2.3", "552 5.2.3"),
    ("loop-seen-there", "554 5.4.6", "554 5.4.6"),
    ("not-understood", "501 5.5.4", "501 5.5.4"),
    ("no-connector", "450 4.4.1", "550 5.4.1"),
    ("routing-loop", "450 4.4.14", "554 5.4.14"),
    ("mailbox-unknown", "450 4.1.1", "550 5.1.1"),
    ("mailbox-unwritable", "451 4.3.0", "554 5.3.0"),
    ("mailbox-full", "452 4.2.2", "552 5.2.2"),
    ("store-unreadable", "451 4.3.0", "554 5.3.0"),
    ("returned", "450 4.0.0", "554 5.0.0"),
    ("held", "450 4.7.1", "550 5.7.1"),
    ("forward-loop", "450 4.4.6", "554 5.4.6"),
    ("forward-limit", "450 4.7.1", "550 5.7.1"),
];

#[test]
fn every_failure_has_the_codes_of_the_table() {
    let samples = failures();
    assert_eq!(samples.len(), CODES.len());
    for ((name, failure, stage), (expected_name, queued, expired)) in samples.iter().zip(CODES) {
        assert_eq!(name, expected_name);
        assert_eq!(codes(failure, *stage, Phase::Queued), *queued, "{name}");
        assert_eq!(codes(failure, *stage, Phase::Expired), *expired, "{name}");
    }
}

#[test]
fn every_failure_has_words_of_its_own() {
    let target = "mail.corp.example";
    let words: Vec<String> = failures()
        .iter()
        .map(|(_, failure, stage)| match peer_reply(failure) {
            Some(reply) => format!("{} {}", stage.name(), self::words(reply)),
            None => text_of(failure, *stage, target),
        })
        .collect();
    let mut different = words.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), words.len(), "{words:#?}");
    let stand_ins = ["", "Delivery failed", &certificate_text(&Failure::TlsNotOffered, target)];
    assert!(words.iter().all(|text| !stand_ins.contains(&text.as_str())), "{words:#?}");
}

#[test]
fn trying_again_is_given_up_only_where_it_cannot_help() {
    let permanent: Vec<&str> = failures()
        .iter()
        .filter(|(_, failure, _)| permanence(failure) == Permanence::Permanent)
        .map(|(name, ..)| *name)
        .collect();
    assert_eq!(
        permanent,
        [
            "null-mx",
            "mx-points-here",
            "user-unknown",
            "relay-denied",
            "bare-refusal",
            "spam",
            "extension-missing",
            "eight-bit-not-taken",
            "too-big",
            "too-many-hops",
            "moved",
            "mailbox-disabled",
            "login-required",
            "tls-required",
            "virus",
            "content-refused",
            "address-listed",
            "no-reverse-name",
            "unauthenticated",
            "sender-refused",
            "recipient-policy",
            "takes-no-mail",
            "refused-as-too-big",
            "loop-seen-there",
            "not-understood",
            "routing-loop",
            "mailbox-unknown",
            "returned",
            "forward-loop"
        ]
    );
}

#[test]
fn our_words_name_the_host_and_the_peers_words_stay_verbatim() {
    let refused = attempt(Outcome::Failure(Failure::ConnectionRefused), Stage::Connect);
    assert_eq!(
        last_result(&refused, Phase::Queued),
        (
            "450 4.4.316".to_owned(),
            "Connection refused by mail.corp.example [192.0.2.7]:25".to_owned()
        )
    );
    assert_eq!(
        last_result(&refused, Phase::Expired).1,
        "Message expired: Connection refused by mail.corp.example [192.0.2.7]:25"
    );
    let reply = Reply::new(451, None, "Dumme Sache, später");
    let replied = attempt(Outcome::Failure(Failure::Replied { reply }), Stage::Rcpt);
    assert_eq!(
        last_result(&replied, Phase::Expired),
        ("451".to_owned(), "Dumme Sache, später".to_owned())
    );
    assert_eq!(status_of(&replied, Phase::Queued).enhanced.to_string(), "4.3.0");
    assert_eq!(status_of(&replied, Phase::Expired).enhanced.to_string(), "5.4.7");
    let greeting = attempt(
        Outcome::Failure(Failure::ServiceRefused { reply: Reply::new(554, None, "go away") }),
        Stage::Banner,
    );
    assert_eq!(
        last_result(&greeting, Phase::Queued),
        ("450 4.4.317".to_owned(), "554 go away".to_owned())
    );
}

#[test]
fn a_status_never_contradicts_its_reply_code() {
    let reply = Reply::new(550, Some(EnhancedCode::new(4, 2, 1)), "mixed up");
    assert_eq!(derived_code(&reply, Stage::Rcpt), EnhancedCode::new(5, 2, 1));
    for code in 200..600 {
        let reply = Reply::new(code, None, "");
        let class = derived_code(&reply, Stage::Rcpt).class;
        assert_eq!(u16::from(class) == 5, code >= 500, "{code}");
        assert_eq!(u16::from(class) == 4, (400..500).contains(&code), "{code}");
    }
}

#[test]
fn our_texts_are_one_clean_line() {
    let failure = Failure::Unreachable { detail: format!("a\r\nb\0{}", "x".repeat(9000)) };
    let line = status(&failure, Stage::Connect, Phase::Expired);
    assert!(!line.text.chars().any(char::is_control));
    assert!(line.text.len() < 700);
}
