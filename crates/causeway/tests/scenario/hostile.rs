//! Which test is for which of the inputs that mail servers have got wrong, so that none is missing; and the
//! ones that have no better place.

use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{
    assert_queue_empties, message, ours, send, wait_for_mail, wait_for_status, with_partner,
};

/// Group, the numbers that must have a test, the files that have them.
const GROUPS: &[(&str, &[u32], &[&str])] = &[
    (
        "rly",
        &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33],
        &[include_str!("relay.rs"), include_str!("forward.rs"), include_str!("submission.rs")],
    ),
    (
        "cmd",
        &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23],
        &[include_str!("session.rs"), include_str!("throttle.rs")],
    ),
    (
        "tls",
        &[1, 3, 5, 13, 15, 17],
        &[
            include_str!("tls.rs"),
            include_str!("submission.rs"),
            include_str!("pop3.rs"),
            include_str!("secure_hops.rs"),
            include_str!("hostile.rs"),
        ],
    ),
    (
        "aut",
        &[1, 3, 5, 7],
        &[
            include_str!("session.rs"),
            include_str!("submission.rs"),
            include_str!("../../../net/src/tls/decision/tests.rs"),
        ],
    ),
    (
        "dsn",
        &[1, 3, 5, 7, 9, 11, 13],
        &[
            include_str!("backscatter.rs"),
            include_str!("reports.rs"),
            include_str!("failures.rs"),
            include_str!("../peer/reports.rs"),
        ],
    ),
    ("smg", &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19], &[include_str!("smuggling.rs")]),
    (
        "dos",
        &[1, 3, 5, 7, 9, 11, 13, 17],
        &[
            include_str!("machine.rs"),
            include_str!("../../../net/src/wire.rs"),
            include_str!("session.rs"),
            include_str!("queue.rs"),
            include_str!("failures.rs"),
            include_str!("../../../report/tests/read_properties.rs"),
        ],
    ),
    // HDR-07 is about verifying signatures of others, which nothing here does.
    (
        "hdr",
        &[1, 3, 5, 9, 11],
        &[
            include_str!("hostile.rs"),
            include_str!("identity.rs"),
            include_str!("connectivity.rs"),
            include_str!("../../../intake/src/header.rs"),
            include_str!("../../../smtp/src/client/tests/messages.rs"),
        ],
    ),
    (
        "dur",
        &[1, 3, 5, 7, 9, 11, 13, 15],
        &[
            include_str!("durability.rs"),
            include_str!("expiry.rs"),
            include_str!("machine.rs"),
            include_str!("routes.rs"),
        ],
    ),
    (
        "out",
        &[1, 3, 5, 7, 9, 11, 13],
        &[
            include_str!("failures.rs"),
            include_str!("outbound.rs"),
            include_str!("../../../smtp/src/client/tests/failures.rs"),
        ],
    ),
    ("pop", &[1, 3], &[include_str!("pop3.rs")]),
    (
        "adm",
        &[1, 3, 5, 7],
        &[
            include_str!("hostile.rs"),
            include_str!("flow.rs"),
            include_str!("api.rs"),
            include_str!("../../../admin/tests/api/queue.rs"),
            include_str!("../../../admin/tests/api/access.rs"),
        ],
    ),
];

#[test]
fn every_hostile_input_has_a_test_with_its_name() {
    for (group, numbers, files) in GROUPS {
        for number in *numbers {
            let id = format!("{group}_{number:02}_");
            let row = format!("(\"{}-{number:02}\",", group.to_uppercase());
            let is_name = |line: &str| {
                let line = line.trim_start();
                let name = line.strip_prefix("async ").unwrap_or(line);
                // A test, or a row of a table of tests.
                name.strip_prefix("fn ").is_some_and(|name| name.contains(&id))
                    || name.starts_with(&id)
                    || name.starts_with(&row)
            };
            assert!(
                files.iter().any(|file| file.lines().any(is_name)),
                "no test for {group}-{number:02}"
            );
        }
    }
}

#[test]
fn hdr_01_no_address_carries_a_line_into_a_header() {
    let server = ours().start();
    for inner in ["x\\\r\ny", "x\ry", "x\ny", "x\0y"] {
        let mut client = server.client();
        client.ehlo();
        client.send(format!("MAIL FROM:<\"{inner}\"@ext.test>\r\n"));
        let answer = client.answer();
        assert!((500..=553).contains(&answer.code), "{inner:?}: {answer}");
    }
    for address in
        ["x\r\nBcc: y@ours.test", "\"x\ny\"@ours.test", "x@ours.test\r\nBcc: y@ours.test"]
    {
        let added = server.cli(&["mailbox", "add", address]);
        assert_eq!(added.status, Some(2), "{address:?}: {added:?}");
        assert!(!added.stderr.contains("\nBcc"), "{added:?}");
    }
    assert_eq!(server.audit("accepted"), 0);
}

#[test]
fn tls_15_mail_that_needs_smtputf8_is_not_sent_over_a_connection_without_it() {
    let peer = ScriptedPeer::start(Behaviour::new().keywords(["PIPELINING", "8BITMIME"]));
    let server = with_partner(peer.address(), "").start();
    // The connection is there, and stays when it cannot be used for one message.
    send(&server, &["x@partner.test"], "before");
    peer.block_on_messages(1);
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command("MAIL FROM:<alice@ours.test> SMTPUTF8 BODY=8BITMIME").code, 250);
    assert_eq!(client.command("RCPT TO:<j\u{f6}rg@partner.test>").code, 250);
    assert_eq!(client.command("DATA").code, 354);
    client.send(format!("{}\r\n.\r\n", message("needs it")));
    assert_eq!(client.answer().code, 250);
    wait_for_status(&server, "j\u{f6}rg@partner.test", "failed");
    send(&server, &["y@partner.test"], "after");
    assert_queue_empties(&server);
    let taken: Vec<String> =
        peer.messages().iter().flat_map(|sent| sent.addresses()).map(str::to_owned).collect();
    assert_eq!(taken, ["x@partner.test", "y@partner.test"]);
}

#[test]
fn adm_01_what_strangers_write_is_shown_on_one_line_without_control_characters_and_not_without_end()
{
    let server = ours().start();
    let mut client = server.client();
    client.command("EHLO <script>alert(1)</script>.\u{202e}example");
    client.command("EHLO client.example");
    let subject = format!(
        "=?utf-8?q?=1B[31mred=07=0D=0ABcc:_x=E2=80=AEesrever_<script>?= javascript:{}",
        "x".repeat(60_000)
    );
    let text = message("S").replace("Subject: S", &format!("Subject: {subject}"));
    assert_eq!(client.mail("a@ext.test", &["bob@ours.test"], &text).code, 250);
    wait_for_mail(&server, "bob@ours.test", 1);
    let rows = server.json(&["trace"]);
    let shown = rows[0]["subject"].as_str().unwrap();
    assert!(shown.chars().count() <= 1000, "{}", shown.len());
    let id = rows[0]["id"].as_str().unwrap();
    for arguments in [&["trace"][..], &["trace", "show", id]] {
        let output = server.cli(arguments).stdout;
        let harmful = |c: &char| {
            (c.is_control() && *c != '\n')
                || ('\u{202a}'..='\u{202e}').contains(c)
                || ('\u{2066}'..='\u{2069}').contains(c)
        };
        assert_eq!(output.chars().find(harmful), None, "{arguments:?}: {output:?}");
        assert!(output.len() < 20_000, "{arguments:?} shows {} octets", output.len());
        assert!(!output.lines().any(|line| line.trim_start().starts_with("Bcc:")), "{output}");
    }
}
