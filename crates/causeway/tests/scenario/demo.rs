//! `causeway demo`: a whole small world without any file, and what it tells of itself. It runs by the wall
//! clock, about ten seconds, as it does for people.

use causeway_testkit::server::Setup;
use serde_json::Value;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn the_demo_shows_every_kind_of_ending_and_a_confirmed_cause() {
    let offline = Setup::new(env!("CARGO_BIN_EXE_causeway")).prepare();
    let shown = offline.cli(&["demo", "--json"]).json();
    let ended = |recipient: &str, sender: &str| -> (String, String) {
        let of = |m: &&Value| text(m, "recipient") == recipient && text(m, "sender") == sender;
        let row = shown["messages"].as_array().unwrap().iter().find(of).unwrap();
        (text(row, "status").to_owned(), text(row, "code").to_owned())
    };
    let anna = "anna@contoso.example";
    for (recipient, sender, status, code) in [
        ("ben@contoso.example", anna, "delivered", "250 2.1.5"),
        ("clara@partner.example", anna, "relayed", "250 2.0.0"),
        ("nobdy@partner.example", anna, "failed", "550 5.1.1"),
        ("dora@fabrikam.example", anna, "failed", "550 5.7.320"),
        ("frida@adatum.example", anna, "failed", "550 5.4.316"),
        ("hugo@wingtip.example", anna, "failed", "550 5.4.312"),
        ("nobody@contoso.example", "x@elsewhere.example", "refused", "550 5.1.1"),
        ("clara@partner.example", "x@elsewhere.example", "refused", "550 5.7.1"),
    ] {
        assert_eq!(ended(recipient, sender), (status.into(), code.into()), "{shown:#}");
    }
    assert_eq!(shown["audit"]["unaccounted"], 0, "{shown:#}");
    assert_eq!(text(&shown["alert"], "cause_id"), "certificate-expired", "{shown:#}");
    assert_eq!(text(&shown["alert"], "confidence"), "confirmed", "{shown:#}");
    // Everything has been returned by now.
    assert_eq!(shown["alert"]["messages"], 0, "{shown:#}");
    assert!(text(&shown, "report").contains("Status: 5.7.320"), "{shown:#}");
}

#[test]
fn the_demo_speaks_the_language_that_was_asked_for() {
    let offline = Setup::new(env!("CARGO_BIN_EXE_causeway")).prepare();
    let shown = offline.cli(&["demo", "--lang", "de"]);
    assert_eq!(shown.status, Some(0), "{shown:?}");
    for line in [
        "Eine kleine Welt von Mailservern auf diesem Rechner",
        "  | Ihre Nachricht an dora@fabrikam.example konnte nicht zugestellt werden.",
        "  | Status: 5.7.320",
        "ein Fremder, der uns als Relay benutzen will",
        "Das Zertifikat des Servers ist abgelaufen. (bestätigt)",
        "21 Empfänger angenommen",
        "0 ungeklärt.",
    ] {
        assert!(shown.stdout.contains(line), "{line} in\n{}", shown.stdout);
    }
    // A person reads it: no MIME, no markup.
    for markup in ["=C3=", "<td", "boundary="] {
        assert!(!shown.stdout.contains(markup), "{markup} in\n{}", shown.stdout);
    }
}
