//! Nobody relays who is not entitled, however the recipient is spelt.

use super::world::{assert_nothing_accepted, message, ours, wait_for_mail};

/// One test a row: name, reverse-path, forward-path, allowed reply codes.
macro_rules! spellings {
    ($($name:ident: $from:literal, $to:literal, $allowed:expr;)*) => {
        $(#[test]
        fn $name() {
            stranger_is_refused($from, $to, &$allowed);
        })*
    };
}

spellings! {
    rly_01_plain: "<a@ext.test>", "<b@ext.test>", [550];
    rly_01_plain_null_sender: "<>", "<b@ext.test>", [550];
    rly_03_local_sender: "<alice@ours.test>", "<b@ext.test>", [550];
    rly_07_sender_at_our_host: "<a@mx.ours.test>", "<b@ext.test>", [550];
    rly_08_sender_at_a_literal: "<a@[127.0.0.1]>", "<b@ext.test>", [550];
    rly_09_percent_at_a_literal: "<a@ext.test>", "<b%ext.test@[127.0.0.1]>", [550, 553];
    rly_10_percent_at_our_domain: "<a@ext.test>", "<b%ext.test@ours.test>", [550];
    rly_11_quoted_address_without_domain: "<a@ext.test>", "<\"b@ext.test\">", [501, 553];
    rly_12_quoted_percent_without_domain: "<a@ext.test>", "<\"b%ext.test\">", [501, 553];
    rly_13_quoted_address_at_our_domain: "<a@ext.test>", "<\"b@ext.test\"@ours.test>", [550];
    rly_14_quoted_address_at_a_literal: "<a@ext.test>", "<\"b@ext.test\"@[127.0.0.1]>", [550, 553];
    rly_15_two_at_signs: "<a@ext.test>", "<b@ext.test@ours.test>", [501, 553];
    rly_16_two_at_signs_and_a_literal: "<a@ext.test>", "<b@ext.test@[127.0.0.1]>", [501, 553];
    rly_17_source_route_through_a_literal: "<a@ext.test>", "<@[127.0.0.1]:b@ext.test>", [501, 550, 553];
    rly_18_source_route_through_us: "<a@ext.test>", "<@mx.ours.test,@ours.test:b@ext.test>", [501, 550, 553];
    rly_19_bang_path_at_our_domain: "<a@ext.test>", "<ext.test!b@ours.test>", [550];
    rly_20_bang_path_at_a_literal: "<a@ext.test>", "<ext.test!b@[127.0.0.1]>", [550, 553];
    rly_21_trailing_dot: "<a@ext.test>", "<b@ext.test.>", [501, 550, 553];
    rly_23_subdomain_that_is_not_accepted: "<a@ext.test>", "<alice@sub.ours.test>", [550];
    rly_25_look_alike_domain_u_label: "<a@ext.test>", "<alice@\u{43e}urs.test>", [501, 550, 553];
    rly_25_look_alike_domain_a_label: "<a@ext.test>", "<alice@xn--urs-red.test>", [501, 550, 553];
    // More of the same kinds.
    rly_09_percent_twice: "<a@ext.test>", "<c%ext.test%ours.test@ours.test>", [550];
    rly_11_quoted_address_with_blank: "<a@ext.test>", "<\"b@ext.test \"@ours.test>", [550];
    rly_13_escaped_at_sign: "<a@ext.test>", "<\"b\\@ext.test\"@ours.test>", [550];
    rly_15_at_sign_at_the_end: "<a@ext.test>", "<b@ext.test@>", [501, 553];
    rly_17_source_route_with_blanks: "<a@ext.test>", "< @ours.test : b@ext.test >", [501, 550, 553];
    rly_17_source_route_to_our_domain_and_percent: "<a@ext.test>", "<@ext.test:b%ext.test@ours.test>", [501, 550, 553];
    rly_19_bang_and_percent: "<a@ext.test>", "<ours.test!b%ext.test@ours.test>", [550];
    rly_19_double_colon: "<a@ext.test>", "<ext.test::b@ours.test>", [501, 550, 553];
    rly_21_two_trailing_dots: "<a@ext.test>", "<b@ours.test..>", [501, 553];
    rly_23_domain_with_ours_at_its_end: "<a@ext.test>", "<alice@notours.test>", [550];
    rly_23_domain_with_ours_at_its_beginning: "<a@ext.test>", "<alice@ours.test.ext.test>", [550];
    rly_25_wide_letters: "<a@ext.test>", "<alice@\u{ff4f}urs.ext>", [501, 550, 553];
    rly_09_mapped_address: "<a@ext.test>", "<b%ext.test@[IPv6:::ffff:127.0.0.1]>", [550, 553];
}

fn stranger_is_refused(from: &str, to: &str, allowed: &[u16]) {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command(&format!("MAIL FROM:{from}")).code, 250);
    let answer = client.command(&format!("RCPT TO:{to}"));
    assert!(allowed.contains(&answer.code), "{answer}");
    // The session goes on, and what was refused is not there.
    let answer = client.command("DATA");
    assert!(matches!(answer.code, 503 | 554), "{answer}");
    assert_eq!(client.command("RSET").code, 250);
    assert_nothing_accepted(&server);
}

#[test]
fn a_refusal_names_the_missing_condition_and_the_rule() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    let answer = client.command("RCPT TO:<b@ext.test>");
    assert_eq!(answer.code, 550);
    assert!(answer.has_enhanced_code("5.7.1"), "{answer}");
    assert!(answer.says("not authenticated"), "{answer}");
    assert!(answer.says("ext.test"), "{answer}");
    assert!(answer.says("rule relay."), "{answer}");
}

#[test]
fn rly_21_a_trailing_dot_is_our_domain_or_a_syntax_error() {
    // RLY-21: never a third state.
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    let answer = client.command("RCPT TO:<alice@ours.test.>");
    assert!(matches!(answer.code, 250 | 501 | 553), "{answer}");
}

#[test]
fn rly_05_a_sender_without_domain_is_refused() {
    // RLY-05
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    let answer = client.command("MAIL FROM:<a>");
    assert!(matches!(answer.code, 501 | 553), "{answer}");
    assert_eq!(client.command("RCPT TO:<b@ext.test>").code, 503);
    assert_nothing_accepted(&server);
}

#[test]
fn rly_27_a_recipient_hidden_behind_a_line_end_is_no_recipient() {
    // RLY-27: embedded CR or LF does not make a second command.
    let server = ours().start();
    for end in ["\r", "\n"] {
        let mut client = server.client();
        client.ehlo();
        client.command("MAIL FROM:<a@ext.test>");
        client.send(format!("RCPT TO:<alice@ours.test>{end}RCPT TO:<c@ext.test>\r\n"));
        let answer = client.answer();
        assert!(matches!(answer.code, 421 | 500 | 501), "{end:?}: {answer}");
    }
    assert_nothing_accepted(&server);
}

#[test]
fn unknown_recipients_of_an_authoritative_domain_are_refused_and_known_ones_served() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    let unknown = client.command("RCPT TO:<nobody@ours.test>");
    assert_eq!(unknown.code, 550, "{unknown}");
    assert!(unknown.has_enhanced_code("5.1.1"), "{unknown}");
    assert_eq!(client.command("RCPT TO:<ALICE@Ours.Test>").code, 250);
    assert_eq!(client.content(&message("case")).code, 250);
    assert_eq!(wait_for_mail(&server, "alice@ours.test", 1).len(), 1);
    assert_eq!(server.audit("accepted"), 1);
}

#[test]
fn an_authorised_network_may_relay_and_its_neighbour_may_not() {
    let server = ours().relay_network("127.0.0.7/32").start();
    let verdict = |source: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command("MAIL FROM:<a@ext.test>");
        client.command("RCPT TO:<b@other.test>").code
    };
    assert_eq!(verdict("127.0.0.7"), 250);
    assert_eq!(verdict("127.0.0.8"), 550);
}

#[test]
fn qmail_style_refusals_can_be_chosen() {
    let server = ours().start();
    // [relay] is written by the harness; the key joins it at the end of the file.
    let file = server.config_dir().join("mailflow.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + "reject_style = \"qmail\"\n").unwrap();
    let mut server = server;
    server.kill_and_restart();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    let answer = client.command("RCPT TO:<b@ext.test>");
    assert_eq!(answer.code, 553, "{answer}");
    assert!(answer.says("#5.7.1"), "{answer}");
}

#[test]
fn relay_explain_gives_the_same_verdict_as_the_session() {
    let server = ours().relay_network("127.0.0.7/32").start();
    // "No" is an answer as well: exit status 1, with the same document.
    let ask = |ip: &str, recipient: &str, status: i32| {
        let question = ["relay", "explain", "--from-ip", ip, "--sender", "a@ext.test"];
        let output = server.cli(&[&question[..], &["--recipient", recipient, "--json"]].concat());
        assert_eq!(output.status, Some(status), "{output:?}");
        serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap()
    };
    let stranger = ask("198.51.100.9", "b@ext.test", 1);
    assert_eq!(stranger["is_relay"], true, "{stranger}");
    assert_eq!(stranger["allowed"], false, "{stranger}");
    assert!(stranger["reply"].as_str().unwrap().starts_with("550"), "{stranger}");
    assert!(!stranger["allowed_if"].as_array().unwrap().is_empty(), "{stranger}");
    let site = ask("127.0.0.7", "b@ext.test", 0);
    assert_eq!(site["allowed"], true, "{site}");
    let local = ask("198.51.100.9", "alice@ours.test", 0);
    assert_eq!(local["is_relay"], false, "{local}");
}

#[test]
fn strangers_do_not_write_as_our_users_unless_that_is_allowed() {
    let verdict = |server: &causeway_testkit::server::Server| {
        let mut client = server.client();
        client.ehlo();
        client.mail("alice@ours.test", &["bob@ours.test"], &message("posing"))
    };
    let strict = ours().start();
    let answer = verdict(&strict);
    assert_eq!(answer.code, 550, "{answer}");
    assert!(answer.says("alice@ours.test") && answer.says("log in"), "{answer}");
    assert_nothing_accepted(&strict);
    let lenient = ours().mailflow("[identity]\nprotect_own_domains = []\n").start();
    assert_eq!(verdict(&lenient).code, 250);
    wait_for_mail(&lenient, "bob@ours.test", 1);
}

#[test]
fn rly_29_a_container_gateway_is_a_stranger_unless_written_and_then_warned_of() {
    // RLY-29: behind a container's address translation every client can have this address.
    let server = ours().start();
    let ask = |server: &causeway_testkit::server::Server| {
        let question = ["relay", "explain", "--from-ip", "172.17.0.1", "--recipient", "b@ext.test"];
        server.cli(&question).status
    };
    assert_eq!(ask(&server), Some(1));
    let written = ours().relay_network("172.17.0.0/16").start();
    assert_eq!(ask(&written), Some(0));
    assert!(written.log().contains("172.17.0.1, the gateway of container networks"));
}

#[test]
fn relay_explain_can_be_told_of_tls_and_of_a_client_certificate() {
    let text = "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
         sender_domains = [\"*\"]\nsource_addresses = [\"198.51.100.9\"]\n\
         tls_certificate_name = \"mail.corp.test\"\nrequire_tls = true\n";
    let server = ours().mailflow(text).start();
    let ask = |ip: &str, more: &[&str]| {
        let question = ["relay", "explain", "--from-ip", ip, "--recipient", "b@ext.test"];
        server.cli(&[&question[..], more].concat()).status
    };
    assert_eq!(ask("198.51.100.9", &[]), Some(1), "the connector demands TLS");
    for (recipient, is_allowed, words) in
        [("bob@ours.test", true, "all the same"), ("b@ext.test", false, "before that")]
    {
        let question = ["relay", "explain", "--from-ip", "198.51.100.9", "--recipient", recipient];
        let in_clear = server.cli(&[&question[..], &["--json"]].concat()).stdout;
        let in_clear: serde_json::Value = serde_json::from_str(&in_clear).unwrap();
        assert_eq!(in_clear["allowed"], is_allowed, "{in_clear}");
        assert!(in_clear["session_reply"].as_str().unwrap().starts_with("530 5.7.0"), "{in_clear}");
        assert!(in_clear["notes"][0].as_str().unwrap().contains(words), "{in_clear}");
    }
    assert_eq!(ask("198.51.100.9", &["--tls"]), Some(0));
    let certificate = |name| ["--client-certificate", name];
    assert_eq!(ask("198.51.100.10", &["--tls"]), Some(1), "not its address");
    assert_eq!(ask("198.51.100.10", &certificate("mail.corp.test")), Some(0));
    assert_eq!(ask("198.51.100.10", &certificate("mail.ext.test")), Some(1));
}

#[test]
fn relay_explain_says_what_else_a_session_would_refuse_in_the_language_asked_for() {
    let server = ours().start();
    let ask = |more: &[&str]| {
        let question = ["relay", "explain", "--from-ip", "198.51.100.9", "--json"];
        let output = server.cli(&[&question[..], more].concat());
        serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap()
    };
    let note = |value: &serde_json::Value| value["notes"][0].as_str().unwrap_or("").to_owned();
    let unknown = ask(&["--sender", "a@ext.test", "--recipient", "nobody@ours.test"]);
    assert_eq!(unknown["allowed"], true, "{unknown}");
    assert!(unknown["session_reply"].as_str().unwrap().starts_with("550 5.1.1"), "{unknown}");
    let posing = ask(&["--sender", "alice@ours.test", "--recipient", "bob@ours.test"]);
    assert!(note(&posing).contains("own-domain-from-outside"), "{posing}");
    let foreign = ask(&[
        "--user",
        "alice@ours.test",
        "--sender",
        "bob@ours.test",
        "--recipient",
        "b@ext.test",
    ]);
    assert_eq!(
        (&foreign["allowed"], &foreign["rule"]),
        (&true.into(), &"relay.authenticated".into())
    );
    assert!(foreign["session_reply"].as_str().unwrap().starts_with("553 5.7.1"), "{foreign}");
    let nobody = ask(&["--user", "nobody@ours.test", "--recipient", "b@ext.test"]);
    assert!(note(&nobody).contains("no mailbox nobody@ours.test"), "{nobody}");
    let pop = ask(&["--pop-login", "--recipient", "b@ext.test"]);
    assert_eq!(pop["allowed"], false, "{pop}");
    assert!(note(&pop).contains("POP-before-SMTP is off"), "{pop}");
    let fine = ask(&["--sender", "a@ext.test", "--recipient", "bob@ours.test"]);
    assert_eq!(fine["notes"], serde_json::json!([]), "{fine}");
    for (language, because, condition) in [
        (
            "de",
            "nicht angemeldet; ext.test ist keine akzeptierte Domain",
            "der Absender sich anmeldet",
        ),
        ("nl", "niet aangemeld; ext.test is geen geaccepteerd domein", "de afzender zich aanmeldt"),
        ("sv", "inte inloggad; ext.test är ingen godkänd domän", "avsändaren loggar in"),
    ] {
        let answer = ask(&["--lang", language, "--recipient", "b@ext.test"]);
        assert_eq!(answer["because"], because, "{answer}");
        assert!(answer["allowed_if"][0].as_str().unwrap().starts_with(condition), "{answer}");
        assert!(answer["reply"].as_str().unwrap().contains("not authenticated"), "{answer}");
    }
}
