//! Reports that must not be sent, and those that find nobody; reports in letters and languages of every kind.

use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{
    FEW_ATTEMPTS, HOUR, SECOND, assert_all_accounted, assert_queue_empties, assert_says, hand_in,
    inside, message, ours, wait_for_deferral, wait_for_mail, wait_for_status, with_partner,
};

const REFUSES: &str = "550 5.1.1 nobody here";

/// With these fields before its header.
fn with_fields(fields: &str, subject: &str) -> String {
    format!("{fields}\r\n{}", message(subject))
}

/// The lines of the machine-readable part.
fn machine_part(report: &str) -> &str {
    let start = report.find("delivery-status\n").or_else(|| report.find("delivery-status\r\n"));
    let part = &report[start.expect("a machine part")..];
    part.split("\n--=_causeway").next().unwrap()
}

#[test]
fn dsn_01_an_unknown_recipient_is_refused_at_the_door_and_the_forged_sender_hears_nothing() {
    let everywhere = ScriptedPeer::start(Behaviour::new());
    let server = ours().connector("everything", "*", everywhere.address(), "").start();
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command("MAIL FROM:<victim@ext.test>").code, 250);
    let refused = client.command("RCPT TO:<nobody@ours.test>");
    assert_eq!((refused.code, refused.text().contains("5.1.1")), (550, true), "{refused}");
    assert!(matches!(client.command("DATA").code, 503 | 554), "no recipient, no message");
    client.command("RSET");
    // One that is taken, so that there is something to wait for.
    let taken = client.mail("victim@ext.test", &["bob@ours.test"], &message("taken"));
    assert_eq!(taken.code, 250, "{taken}");
    wait_for_mail(&server, "bob@ours.test", 1);
    server.advance(48 * HOUR);
    assert_queue_empties(&server);
    assert_eq!(server.audit("accepted"), 1, "{:?}", server.trace("@"));
    assert!(everywhere.messages().is_empty());
    assert_eq!(everywhere.connections(), 0, "nothing goes to ext.test");
}

#[test]
fn dsn_03_a_report_that_nobody_takes_goes_to_the_postmaster_once_and_never_loops() {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", [REFUSES]));
    let server = inside()
        .domain("second.test", &["postmaster"])
        .connector("everything", "*", peer.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .start();
    hand_in(&server, "<forged@ext.test>", &["<x@partner.test>"], &message("double"));
    wait_for_status(&server, "x@partner.test", "failed");
    wait_for_status(&server, "forged@ext.test", "failed");
    // Postmaster's mail goes to the mailbox of that name.
    let told = wait_for_mail(&server, "postmaster@second.test", 1).remove(0);
    assert_says(
        &told,
        &[
            "Return-Path: <>",
            "To: <postmaster@ours.test>",
            "Subject: Report not delivered: Not delivered: double",
            "Final-Recipient: rfc822; forged@ext.test",
            "A report to forged@ext.test could not be delivered.",
            "message/rfc822",
            "x@partner.test",
        ],
    );
    assert!(!told.contains("/report/"), "nobody can send a report again");
    server.advance(96 * HOUR);
    assert_queue_empties(&server);
    assert_eq!(server.audit("accepted"), 3, "message, report, report: {:?}", server.trace("@"));
    assert_eq!((server.audit("failed_with_report"), server.audit("failed_without_report")), (1, 1));
    assert_eq!(server.maildir("postmaster@second.test").len(), 1);
    assert!(peer.messages().is_empty());
    assert_all_accounted(&server);
}

#[test]
fn dsn_03_a_postmaster_who_cannot_be_reached_is_the_end_of_it() {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", [REFUSES]));
    let server = inside()
        .organization("languages = [\"en\"]\npostmaster = \"postmaster@elsewhere.test\"")
        .connector("everything", "*", peer.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .start();
    hand_in(&server, "<forged@ext.test>", &["<x@partner.test>"], &message("triple"));
    wait_for_status(&server, "postmaster@elsewhere.test", "failed");
    server.advance(96 * HOUR);
    assert_queue_empties(&server);
    assert_eq!(server.audit("accepted"), 3, "{:?}", server.trace("@"));
    assert_eq!(server.audit("failed_without_report"), 2);
    assert_all_accounted(&server);
}

#[test]
fn no_report_goes_to_a_mailing_list_and_its_bounce_address_gets_one() {
    let peer = ScriptedPeer::start(Behaviour::new().recipient("x@partner.test", [REFUSES]));
    let server = with_partner(peer.address(), "").start();
    let list = "List-Id: Everybody <dev.lists.test>\r\nPrecedence: list";
    hand_in(&server, "<dev@lists.test>", &["<x@partner.test>"], &with_fields(list, "own"));
    wait_for_status(&server, "x@partner.test", "failed");
    assert_eq!(server.audit("failed_without_report"), 1);
    let id = server.trace("x@partner.test")[0]["id"].as_str().unwrap().to_owned();
    let shown = server.cli(&["trace", "show", &id]).stdout;
    assert!(
        shown.contains("no report: its reverse-path is the address of a mailing list"),
        "{shown}"
    );

    hand_in(&server, "<bob@ours.test>", &["<x@partner.test>"], &with_fields(list, "bounces"));
    wait_for_mail(&server, "bob@ours.test", 1);
    // A mailbox here is no list, whatever it writes.
    let news = "List-Id: News <alice.ours.test>\r\nReply-To: alice@ours.test";
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &with_fields(news, "news"));
    wait_for_mail(&server, "alice@ours.test", 1);
    assert_eq!(server.audit("failed_with_report"), 2);
}

#[test]
fn senders_to_many_are_not_told_of_every_late_copy() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").start();
    let many = with_fields("Precedence: bulk", "many");
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &many);
    hand_in(&server, "<bob@ours.test>", &["<y@partner.test>"], &message("one"));
    wait_for_deferral(&server, "x@partner.test");
    wait_for_deferral(&server, "y@partner.test");
    server.advance(4 * HOUR + SECOND);
    wait_for_mail(&server, "bob@ours.test", 1);
    assert!(server.maildir("alice@ours.test").is_empty());
    server.advance(44 * HOUR + SECOND);
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Action: failed"), "that it failed is told: {report}");
}

#[test]
fn dsn_13_every_text_falls_back_by_itself_and_the_machine_part_stays_ascii() {
    let peer = ScriptedPeer::start(
        Behaviour::new().reply("RCPT", ["550 5.1.1 l'utilisateur n'existe pas \u{2026}"]),
    );
    let mut server =
        with_partner(peer.address(), "").organization("languages = [\"de\"]").prepare();
    // One text of the organization's own in German; the others are ours. French is not spoken at all.
    let texts = server.config_dir().join("texts/de");
    std::fs::create_dir_all(&texts).unwrap();
    std::fs::write(texts.join("5.1.1.ftl"), "note = Rufen Sie die 4711 an.\n").unwrap();
    server.start();
    for local in ["alice", "bob"] {
        server.add_mailbox(&format!("{local}@ours.test"), "a long enough password");
    }
    // "Urgent" right to left, an emoji, and an override of the direction.
    let subject = "=?utf-8?B?16nXnNeV150g8J+YgCDigK5mZHA=?=";
    let odd = format!("Accept-Language: fr-FR\r\n{}", message("odd"))
        .replace("Subject: odd", &format!("Subject: {subject}"));
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &odd);
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Rufen Sie die 4711 an."), "{report}");
    assert!(report.contains("Content-Language: de, en"), "French is guessed by nobody: {report}");
    assert!(report.contains("does not exist at partner.test"), "{report}");
    let machine = machine_part(&report);
    assert!(machine.is_ascii() && machine.contains("\\x{2026}"), "{machine}");
    assert!(report.contains("report-type=delivery-status"), "no global form where none is needed");
    assert!(report.is_ascii(), "subject and text are encoded");
    assert!(!report.contains('\u{202e}'), "nothing turns the direction of writing");
}

#[test]
fn dsn_13_addresses_outside_ascii_have_the_global_forms() {
    let peer = ScriptedPeer::start(
        Behaviour::new().keyword("SMTPUTF8").keyword("8BITMIME").reply("RCPT", [REFUSES]),
    );
    let server = with_partner(peer.address(), "").start();
    let mail = "<alice@ours.test> SMTPUTF8 BODY=8BITMIME";
    hand_in(&server, mail, &["<j\u{f6}rg@partner.test>"], &message("global"));
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert_says(
        &report,
        &[
            "report-type=global-delivery-status",
            "Content-Type: message/global-delivery-status",
            "Content-Type: message/global-headers",
            "Final-Recipient: utf-8; j=C3=B6rg@partner.test",
        ],
    );
    // ASCII addresses in a transaction with SMTPUTF8 need none of it.
    hand_in(&server, mail, &["<x@partner.test>"], &message("plain"));
    let reports = wait_for_mail(&server, "alice@ours.test", 2);
    let plain = reports.iter().find(|report| report.contains("x@partner.test")).unwrap();
    assert!(plain.contains("report-type=delivery-status"), "{plain}");
    assert!(plain.contains("Final-Recipient: rfc822; x@partner.test"), "{plain}");
}
